package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/printable"
)

// tailCommand follows events.
type tailCommand struct {
	remote
	After  *uint64     `placeholder:"SEQ" help:"Start after this event; 0 starts with the oldest. By default only new events are printed."`
	Limit  int         `placeholder:"N" help:"Exit after this many events (default: never)."`
	Filter filterFlags `embed:"" group:"Filter words; * in a value stands for any characters"`
}

// Run prints events as they happen, until it is interrupted.
func (t *tailCommand) Run(ctx context.Context, c *console) error {
	query := t.Filter.query()
	if t.After != nil {
		query.Set("after", strconv.FormatUint(*t.After, 10))
	}
	query.Set("limit", strconv.Itoa(t.Limit))
	response, err := t.send(ctx, http.MethodGet, "/v1/events", query, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, maxResponse)
	missed := false
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			missed = name == "missed"
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if err := t.print(c, data, missed); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("/v1/events: %w", err)
	}
	return nil
}

// print prints the data of a message.
func (t *tailCommand) print(c *console, data string, missed bool) error {
	if t.JSON && !missed {
		return c.print("%s", printable.Styled(printable.JSON([]byte(data))))
	}
	if missed {
		c.complain("events were removed from the journal before they could be read: " + data)
		return nil
	}
	var e control.Event
	if err := json.Unmarshal([]byte(data), &e); err != nil {
		return fmt.Errorf("/v1/events: %w", err)
	}
	words := []string{clockTime(e.At), fmt.Sprintf("%-12s", e.Event), cmp.Or(e.Label, e.Detail)}
	detail := ""
	if e.Remote != "" {
		detail = e.Detail
	}
	for _, word := range []string{e.Cause, e.PushType, e.Topic, e.Device, e.ID, e.Remote, detail} {
		if word != "" {
			words = append(words, word)
		}
	}
	return c.print("%s", strings.Join(words, "  "))
}
