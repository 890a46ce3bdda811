package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/control"
)

// countCommand counts pushes.
type countCommand struct {
	remote
	Filter filterFlags `embed:"" group:"Filter words"`
}

// Run prints how many match.
func (n *countCommand) Run(ctx context.Context, c *console) error {
	var found struct {
		Count int `json:"count"`
		control.Losses
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
	return sayLosses(c, "the count may be too low", found.Losses)
}

// deleteCommand deletes pushes from the history.
type deleteCommand struct {
	remote
	All    bool        `env:"-" help:"Delete all pushes."`
	Filter filterFlags `embed:"" group:"Filter words"`
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

// checkCommand recomputes what the simulator knows.
type checkCommand struct {
	remote
	Timeout time.Duration `env:"-" default:"5s" placeholder:"TIME" help:"Maximum time for an inconsistency to disappear before it is reported, up to 1m; 0 checks once."`
}

// Help is what the help says before the flags.
func (checkCommand) Help() string {
	return "Recomputes all queues and indexes from each other; the exit code is 1 if they are inconsistent."
}

// A checkReport is what was found.
type checkReport struct {
	Consistent bool     `json:"consistent"`
	Problems   []string `json:"problems"`
	Looks      int      `json:"looks"`
	Connected  int      `json:"connected"`
	Queues     int      `json:"queues"`
	Held       int      `json:"held"`
	Ready      int      `json:"ready"`
	InFlight   int      `json:"inFlight"`
}

// Run prints what was found.
func (k *checkCommand) Run(ctx context.Context, c *console) error {
	var r checkReport
	if err := k.call(ctx, http.MethodGet, "/v1/check", url.Values{"timeout": {k.Timeout.String()}}, nil, &r); err != nil {
		return err
	}
	verdict := map[bool]string{true: "yes", false: "no"}[r.Consistent]
	err := showOne(c, k.JSON, &r,
		[2]string{"consistent", verdict}, [2]string{"problems", strings.Join(r.Problems, "; ")},
		[2]string{"connected", strconv.Itoa(r.Connected)}, [2]string{"queues", strconv.Itoa(r.Queues)}, [2]string{"held", strconv.Itoa(r.Held)},
		[2]string{"ready", strconv.Itoa(r.Ready)}, [2]string{"in flight", strconv.Itoa(r.InFlight)})
	if err == nil && !r.Consistent {
		return errPrinted
	}
	return err
}
