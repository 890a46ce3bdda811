package main

import (
	"context"
	"net/http"
	"time"
)

// clockCommand groups the commands about the clock.
type clockCommand struct {
	Show    clockShow    `cmd:"" help:"Show the simulator's clock."`
	Set     clockSet     `cmd:"" help:"Set the simulator's clock."`
	Advance clockAdvance `cmd:"" help:"Advance the simulator's clock, or set it back."`
}

// A clockFlags says which clock is meant.
type clockFlags struct {
	remote
	Space string `env:"-" placeholder:"TEAM" help:"Use the clock of this space (default: the default space)."`
}

// A clockFace is what a clock shows.
type clockFace struct {
	Time   time.Time `json:"time"`
	Offset string    `json:"offset"`
}

// ask reads or moves the clock and prints what it shows then.
func (f *clockFlags) ask(ctx context.Context, c *console, method, action string, in any) error {
	path := "/v1/clock"
	if f.Space != "" {
		path = "/v1/spaces" + segment(f.Space) + "/clock"
	}
	var face clockFace
	if err := f.call(ctx, method, path+action, nil, in, &face); err != nil {
		return err
	}
	return showOne(c, f.JSON, &face, [2]string{"time", face.Time.Format(time.RFC3339Nano)}, [2]string{"ahead", face.Offset})
}

type clockShow struct{ clockFlags }

// Run shows the clock.
func (s *clockShow) Run(ctx context.Context, c *console) error {
	return s.ask(ctx, c, http.MethodGet, "", nil)
}

type clockSet struct {
	clockFlags
	Time time.Time `arg:"" help:"Time in RFC 3339, such as 2030-01-01T12:00:00Z."`
}

// Run sets the clock.
func (s *clockSet) Run(ctx context.Context, c *console) error {
	return s.ask(ctx, c, http.MethodPut, "", map[string]time.Time{"time": s.Time})
}

type clockAdvance struct {
	clockFlags
	By time.Duration `arg:"" help:"Duration, such as 90s or 720h; a negative one, written after --, sets the clock back."`
}

// Run moves the clock.
func (a *clockAdvance) Run(ctx context.Context, c *console) error {
	return a.ask(ctx, c, http.MethodPost, "/advance", map[string]string{"by": a.By.String()})
}
