package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// listCommand lists pushes.
type listCommand struct {
	remote
	Limit  int         `default:"100" placeholder:"N" help:"Maximum number of pushes, up to 1000."`
	Oldest bool        `help:"List the oldest first instead of the newest."`
	Filter filterFlags `embed:"" group:"Filter words; * in a value stands for any characters"`
}

// Run lists them.
func (l *listCommand) Run(ctx context.Context, c *console) error {
	query := l.Filter.query()
	query.Set("limit", strconv.Itoa(l.Limit))
	if l.Oldest {
		query.Set("order", "oldest")
	}
	var found struct {
		Notifications []control.Notification
		Missed        bool
		control.Evictions
	}
	if err := l.call(ctx, http.MethodGet, "/v1/notifications", query, nil, &found); err != nil {
		return err
	}
	if err := showPushes(c, l.JSON, found.Notifications); err != nil || !found.Missed && found.EvictedFailures == 0 {
		return err
	}
	return sayEvictions(c, "the list may be incomplete", found.Evictions)
}

// sayEvictions says, apart from the response, what was evicted from the history, if anything.
func sayEvictions(c *console, effect string, lost control.Evictions) error {
	if lost == (control.Evictions{}) {
		return nil
	}
	_, err := fmt.Fprintf(c.stderr, "apns-sim: %s: %v\n", effect, journal.Evictions{Pushes: lost.Evicted, Failures: lost.EvictedFailures})
	return err
}

// pushHead is the head of a table of pushes.
const pushHead = "NUMBER\tTIME\tSTATE\tANSWER\tTYPE\tTOPIC\tDEVICE\tID"

func showPushes(c *console, asJSON bool, list []control.Notification) error {
	return show(c, asJSON, list, pushHead, func(n *control.Notification) []string {
		return []string{
			strconv.FormatUint(n.Number, 10), clockTime(n.Received), n.State, cmp.Or(responseWords(n.Response), failureCause(n)), n.PushType,
			cmp.Or(n.Topic, n.Channel), cmp.Or(n.Device, short(n.Token), failureRemote(n)), n.ID,
		}
	})
}

// clockTime is a moment in a table.
func clockTime(t time.Time) string { return t.Local().Format("15:04:05.000") }

// short is the beginning of a long word.
func short(word string) string {
	if len(word) > 16 {
		return word[:15] + "…"
	}
	return word
}

func responseWords(a *control.NotificationResponse) string {
	if a == nil {
		return ""
	}
	return strings.TrimSpace(strconv.Itoa(a.Status) + " " + a.Reason)
}

// failureCause says why there is no response.
func failureCause(n *control.Notification) string {
	if n.Failure == nil {
		return ""
	}
	return n.Failure.Cause
}

// failureRemote says from where a failure came, if that is all there is to say.
func failureRemote(n *control.Notification) string {
	if n.Failure == nil {
		return ""
	}
	return "from " + n.Failure.Remote
}

// showCommand shows a push.
type showCommand struct {
	remote
	ID string `arg:"" help:"apns-id, apns-unique-id or number."`
}

// Run shows it.
func (s *showCommand) Run(ctx context.Context, c *console) error {
	var n control.FullNotification
	if err := s.call(ctx, http.MethodGet, "/v1/notifications"+segment(s.ID), nil, nil, &n); err != nil {
		return err
	}
	return showPush(c, s.JSON, &n)
}

// showPush prints everything about a push.
func showPush(c *console, asJSON bool, n *control.FullNotification) error {
	properties := [][2]string{
		{"apns-id", n.ID},
		{"unique id", n.UniqueID},
		{"state", n.State},
		{"received", n.Received.Local().Format(time.RFC3339Nano)},
		{"space", n.Space},
		{"environment", n.Environment},
		{"topic", n.Topic},
		{"device", n.Device},
		{"token", n.Token},
		{"channel", n.Channel},
		{"type", n.PushType},
		{"priority", number(n.Priority)},
		{"collapse id", n.CollapseID},
		{"response", responseWords(n.Response)},
		{"faults", strings.Join(n.Faults, ", ")},
		{"payload", string(n.Payload)},
	}
	if n.Response != nil {
		properties = append(properties, [2]string{"because", n.Response.Detail})
	}
	if f := n.Failure; f != nil {
		properties = append(properties, [2]string{"cause", f.Cause}, [2]string{"because", f.Detail},
			[2]string{"connection", strconv.FormatUint(f.Connection, 10)})
	}
	if r := n.Request; r != nil {
		properties = append(properties, [2]string{"request", r.Method + " " + r.Path}, [2]string{"from", r.Connection.Remote})
		for _, h := range r.Headers {
			properties = append(properties, [2]string{"  " + h.Name, h.Value})
		}
		properties = append(properties, [2]string{"credential", strings.TrimSpace(r.Credential.Kind + " " + r.Credential.TeamID + " " + r.Credential.KeyID)},
			[2]string{"  notes", strings.Join(r.Credential.Notes, "; ")})
	}
	for _, check := range n.Checks {
		properties = append(properties, [2]string{"check " + check.Name, strings.TrimSpace(check.Result + " " + check.Seen + " " + check.Detail)})
	}
	for _, step := range n.Timeline {
		properties = append(properties, [2]string{clockTime(step.At), stepWords(&step)})
	}
	for _, advice := range n.Advice {
		properties = append(properties, [2]string{"advice", string(advice.Code) + ": " + advice.Message})
	}
	return showOne(c, asJSON, n, properties...)
}

// latestCommand shows the newest push that matches.
type latestCommand struct {
	remote
	Timeout time.Duration `default:"0s" placeholder:"TIME" help:"Wait this long, up to 5m, if no push matches yet."`
	After   uint64        `placeholder:"NUMBER" help:"Match only a push with a number above this one."`
	Filter  filterFlags   `embed:"" group:"Filter words; * in a value stands for any characters"`
}

// Help is what the help says before the flags.
func (latestCommand) Help() string {
	return "Prints what show prints. Without a match the exit code is 1, and 4 after --timeout."
}

// Run shows it.
func (l *latestCommand) Run(ctx context.Context, c *console) error {
	query := l.Filter.query()
	query.Set("timeout", l.Timeout.String())
	query.Set("after", strconv.FormatUint(l.After, 10))
	var n control.FullNotification
	err := l.call(ctx, http.MethodGet, "/v1/notifications/latest", query, nil, &n)
	if apiErr, ok := apiErrorWith(err, http.StatusRequestTimeout); ok {
		return l.notMet(c, apiErr)
	}
	if err != nil {
		return err
	}
	return showPush(c, l.JSON, &n)
}

func stepWords(step *control.TimelineStep) string {
	text := step.Event + ": " + step.Label
	if step.Cause != "" {
		text += " (" + step.Cause + ")"
	}
	return text
}

// waitCommand waits for pushes.
type waitCommand struct {
	remote
	Count   int           `default:"1" placeholder:"N" help:"Number of pushes that must match."`
	Timeout time.Duration `default:"10s" placeholder:"TIME" help:"Maximum time to wait, up to 5m; 0 does not wait."`
	After   uint64        `placeholder:"NUMBER" help:"Match only pushes with a number above this one."`
	Filter  filterFlags   `embed:"" group:"Filter words; * in a value stands for any characters"`
}

// Help is what the help says before the flags.
func (waitCommand) Help() string {
	return "Prints the pushes as soon as enough match, including earlier ones. --state delivered waits for the delivery. " +
		"After the timeout the exit code is 4, and the pushes that came closest are printed with their differences."
}

// errNotMet says that too few pushes matched in time.
var errNotMet = errors.New("condition not met")

// Run waits.
func (w *waitCommand) Run(ctx context.Context, c *console) error {
	query := w.Filter.query()
	query.Set("count", strconv.Itoa(w.Count))
	query.Set("timeout", w.Timeout.String())
	query.Set("after", strconv.FormatUint(w.After, 10))
	var found struct{ Notifications []control.Notification }
	err := w.call(ctx, http.MethodGet, "/v1/notifications/wait", query, nil, &found)
	if apiErr, ok := apiErrorWith(err, http.StatusRequestTimeout); ok {
		return w.notMet(c, apiErr)
	}
	if err != nil {
		return err
	}
	return showPushes(c, w.JSON, found.Notifications)
}

// notMet prints the near misses.
func (r *remote) notMet(c *console, apiErr *apiError) error {
	var p control.NotMet
	if err := json.Unmarshal(apiErr.body, &p); err != nil {
		return fmt.Errorf("%w: %w", errNotMet, err)
	}
	if r.JSON {
		if err := c.encode(&p); err != nil {
			return err
		}
		return fmt.Errorf("%w: %w", errNotMet, apiErr)
	}
	var rows strings.Builder
	for _, miss := range p.NearMisses {
		n := &miss.Notification
		for _, d := range miss.Differences {
			rows.WriteString(line("  "+n.ID, n.State, cmp.Or(n.Topic, n.Channel), d.Word+" is "+cmp.Or(d.Got, "absent"), "not "+cmp.Or(d.Want, "absent")) + "\n")
		}
	}
	if err := printTable(c.stderr, rows.String()); err != nil {
		return err
	}
	return fmt.Errorf("%w: %w", errNotMet, apiErr)
}

// replayCommand sends a push again.
type replayCommand struct {
	remote
	ID      string            `arg:"" help:"apns-id, apns-unique-id or number of a push."`
	Token   string            `env:"-" placeholder:"HEX" help:"Send it to this device token instead."`
	Header  map[string]string `env:"-" sep:"none" mapsep:"none" placeholder:"NAME=VALUE" help:"Replace or add this header, such as apns-topic; an empty value removes it; repeatable."`
	Payload string            `env:"-" placeholder:"JSON" help:"Send this payload instead; @FILE reads a file, - standard input."`
}

// Help is what the help says before the flags.
func (replayCommand) Help() string {
	return "Without changes, an accepted push is given to its device again: only the device token is checked, since there is no provider. " +
		"With --token, --header or --payload, the changed push is sent as a provider of the same team would send it, and checked in full; a rejected push can be changed, too."
}

// Run sends it.
func (r *replayCommand) Run(ctx context.Context, c *console) error {
	if r.Token != "" || len(r.Header) > 0 || r.Payload != "" {
		return r.runChanged(ctx, c)
	}
	var again struct {
		ID       string `json:"id"`
		ReplayOf string `json:"replayOf"`
	}
	if err := r.call(ctx, http.MethodPost, "/v1/notifications"+segment(r.ID)+"/replay", nil, nil, &again); err != nil {
		return err
	}
	return showOne(c, r.JSON, &again, [2]string{"apns-id", again.ID}, [2]string{"replay of", again.ReplayOf})
}

// sorted lists the names of a map.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// countCommand counts pushes.
type countCommand struct {
	remote
	Filter filterFlags `embed:"" group:"Filter words; * in a value stands for any characters"`
}

// Run prints how many match.
func (n *countCommand) Run(ctx context.Context, c *console) error {
	var found struct {
		Count int `json:"count"`
		control.Evictions
	}
	if err := n.call(ctx, http.MethodGet, "/v1/notifications/count", n.Filter.query(), nil, &found); err != nil {
		return err
	}
	if n.JSON {
		return showOne(c, true, &found)
	}
	if err := n.say(c, "%d", found.Count); err != nil {
		return err
	}
	return sayEvictions(c, "the count may be too low", found.Evictions)
}

// deleteCommand deletes pushes from the history.
type deleteCommand struct {
	remote
	All    bool        `env:"-" help:"Delete all pushes."`
	Filter filterFlags `embed:"" group:"Filter words; * in a value stands for any characters"`
}

// Help is what the help says before the flags.
func (deleteCommand) Help() string {
	return "Pushes that are not yet delivered are still delivered, but nothing more is recorded about them."
}

// Run deletes them.
func (d *deleteCommand) Run(ctx context.Context, c *console) error {
	query := d.Filter.query()
	switch {
	case d.All && len(query) > 0:
		return badUsage("--all cannot be combined with filter flags; use one or the other")
	case d.All:
		query.Set("all", "true")
	case len(query) == 0:
		return badUsage("delete needs filter flags, or --all")
	}
	var deleted struct {
		Deleted int `json:"deleted"`
	}
	if err := d.call(ctx, http.MethodDelete, "/v1/notifications", query, nil, &deleted); err != nil {
		return err
	}
	return showOne(c, d.JSON, &deleted, [2]string{"deleted", strconv.Itoa(deleted.Deleted)})
}
