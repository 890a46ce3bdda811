package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// tellProgressEvery is how often somebody at a terminal is told the progress.
const tellProgressEvery = time.Second

// whileMaking makes devices by do. If there are several and somebody watches, it tells
// how far that is.
func (r *remote) whileMaking(ctx context.Context, c *console, team string, count int, do func() error) error {
	if count < 2 || !isTerminal(c.stderr) {
		return do()
	}
	ticker := time.NewTicker(tellProgressEvery)
	defer ticker.Stop()
	return tellProgress(c.stderr, ticker.C, func() (controlapi.Progress, bool) { return r.progress(ctx, team, count) }, do)
}

// progress finds the call that makes so many devices, for a team if its name is known.
func (r *remote) progress(ctx context.Context, team string, count int) (controlapi.Progress, bool) {
	var now struct{ Progress []controlapi.Progress }
	if err := r.call(ctx, http.MethodGet, "/v1/devices", url.Values{"limit": {"1"}}, nil, &now); err != nil {
		return controlapi.Progress{}, false // the call itself says what is wrong
	}
	for _, p := range now.Progress {
		if p.What == "create" && p.Of == count && (team == "" || p.Team == team) {
			return p, true
		}
	}
	return controlapi.Progress{}, false
}

// tellProgress runs do, and rewrites a line with the progress at each tick; the line is
// blank in the end.
func tellProgress(w io.Writer, ticks <-chan time.Time, ask func() (controlapi.Progress, bool), do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	width := 0
	tell := func(text string) {
		if width > 0 || text != "" {
			fmt.Fprintf(w, "\r%-*s", width, text) //nolint:errcheck // There is no other place for an error of the terminal.
		}
		width = max(width, len(text))
	}
	for {
		select {
		case err := <-done:
			tell("")
			if width > 0 {
				fmt.Fprint(w, "\r") //nolint:errcheck // As above.
			}
			return err
		case <-ticks:
			if p, ok := ask(); ok {
				tell(fmt.Sprintf("%s of %s devices", grouped(p.Done), grouped(p.Of)))
			}
		}
	}
}

// grouped writes a number that is not negative, with commas between thousands.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	var groups []string
	for len(digits) > 3 {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, groups...), ",")
}
