package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/apns-sim/apns-sim/internal/lesson"
)

// handshakeCmd are the flags of the command handshake.
type handshakeCmd struct {
	Control      string `help:"Control API of the simulator (default: ${default})." default:"http://127.0.0.1:8197" env:"DEVICE_SIM_CONTROL,APNS_SIM_CONTROL" placeholder:"URL"`
	ControlToken string `help:"Bearer token of the control API, if it demands one." env:"DEVICE_SIM_CONTROL_TOKEN,APNS_SIM_CONTROL_TOKEN" placeholder:"TOKEN"`
	Step         bool   `help:"Wait for Enter after each step."`
	HTML         string `name:"html" help:"Write the lesson and all experiments as one web page, too." placeholder:"FILE"`
	Experiment   string `help:"Show an experiment in place of the lesson: ${experiments}." placeholder:"NAME" enum:"${experimentNames}" default:""`
}

// AfterApply checks what kong cannot.
func (c *handshakeCmd) AfterApply() error {
	if c.HTML != "" && c.Experiment != "" {
		return errors.New("--html writes all experiments; leave out --experiment")
	}
	return checkControl(c.Control)
}

// run plays device and provider against the simulator, and shows the steps.
func (c *handshakeCmd) run(ctx context.Context, std streams, log *slog.Logger) error {
	control := newControl(c.Control, c.ControlToken)
	cfg := lesson.Config{Control: control.do, Near: control.near}
	l, err := c.play(ctx, cfg)
	if err != nil {
		return interrupted(ctx, err)
	}
	log.Debug("the lesson was played", "space", l.Space, "steps", len(l.Steps()))
	if c.HTML != "" {
		if err := c.writePage(ctx, cfg, l); err != nil {
			return interrupted(ctx, err)
		}
	}
	return c.show(ctx, std, l)
}

func (c *handshakeCmd) play(ctx context.Context, cfg lesson.Config) (*lesson.Lesson, error) {
	if c.Experiment != "" {
		return lesson.RunExperiment(ctx, cfg, c.Experiment)
	}
	return lesson.Run(ctx, cfg)
}

// writePage plays all experiments and writes the page.
func (c *handshakeCmd) writePage(ctx context.Context, cfg lesson.Config, l *lesson.Lesson) error {
	page := lesson.Page{Lesson: l}
	for _, name := range lesson.ExperimentNames() {
		e, err := lesson.RunExperiment(ctx, cfg, name)
		if err != nil {
			return err
		}
		page.Experiments = append(page.Experiments, e)
	}
	file, err := os.Create(c.HTML)
	if err != nil {
		return &failure{code: exitFailure, err: fmt.Errorf("--html: %w", err), remedy: "name a file that can be written"}
	}
	if err := errors.Join(lesson.WriteHTML(file, page), file.Close()); err != nil {
		return fmt.Errorf("--html: %w", err)
	}
	return nil
}

// show writes the steps, and waits between them if the flags say so.
func (c *handshakeCmd) show(ctx context.Context, std streams, l *lesson.Lesson) error {
	var broken error
	text := &lessonText{page{sink: sink{w: std.stdout, failed: func(err error) {
		broken = &failure{code: exitFailure, err: fmt.Errorf("write to stdout: %w", err)}
	}}, color: std.colorOut}}
	next := func() bool { return true }
	if c.Step && std.stdin != nil {
		line := std.lines(ctx)
		next = func() bool {
			_, typed := line()
			return typed || ctx.Err() == nil // at the end of the input it does not wait
		}
	}
	text.title(l)
	for _, act := range l.Acts {
		text.act(l, act)
		for i := range act.Steps {
			text.step(&act.Steps[i])
			if broken != nil {
				return broken
			}
			if !next() {
				return interrupted(ctx, nil)
			}
		}
	}
	text.end(l)
	return broken
}
