package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// resetCommand takes the simulator back to how it was.
type resetCommand struct {
	remote
	Space string `env:"-" placeholder:"TEAM" help:"Reset only this space; otherwise all spaces are deleted and everything else is reset."`
}

// Run resets.
func (r *resetCommand) Run(ctx context.Context, c *console) error {
	path := "/v1/reset"
	if r.Space != "" {
		path = "/v1/spaces" + segment(r.Space) + "/reset"
	}
	return r.call(ctx, http.MethodPost, path, nil, nil, nil)
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
