package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// readyCommand tells whether a simulator is ready.
type readyCommand struct {
	controlFlags
	Wait      time.Duration `placeholder:"TIME" help:"Maximum time to wait; by default it does not wait."`
	ReadyFile string        `placeholder:"PATH" help:"Read the ready record from this file, written by serve --ready-file, and check that its simulator still runs."`
}

// Help is what the help says before the flags.
func (readyCommand) Help() string {
	return "Prints the ready record, for which the control API may require its token. The exit code is 5 if the simulator is not ready."
}

// errNotReady says that a simulator is not ready, or not yet.
var errNotReady = errors.New("the simulator is not ready")

// askTime is how long a response may take at least, if there is little time or none.
const askTime = time.Second

// askAgain is the pause before the simulator is asked once more.
const askAgain = 20 * time.Millisecond

// Run asks until the simulator is ready or the time is up.
func (r *readyCommand) Run(ctx context.Context, c *console) error {
	if err := r.check(); err != nil {
		return usageError{err}
	}
	if r.Wait < 0 {
		return badUsage("--wait is %s; it cannot be negative", r.Wait)
	}
	deadline := time.Now().Add(r.Wait)
	for {
		info, err := r.ask(ctx, max(time.Until(deadline), askTime))
		if err == nil {
			return c.encode(info)
		}
		if _, ok := apiErrorWith(err, http.StatusUnauthorized); ok && r.ReadyFile == "" {
			c.remark("the simulator is ready; its ready record is not printed, since the control API requires its token: set --control-token")
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w: %w", errNotReady, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errNotReady, ctx.Err())
		case <-time.After(askAgain):
		}
	}
}

// ask reads the ready record once. A simulator that accepts the connection but does not respond is not ready.
func (r *readyCommand) ask(ctx context.Context, timeout time.Duration) (info sim.Info, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if r.ReadyFile == "" {
		if _, err := r.get(ctx, "/readyz"); err != nil {
			return info, err
		}
		return r.discover(ctx)
	}
	if info, err = readReadyFile(r.ReadyFile); err != nil {
		return info, err
	}
	return info, stillReady(ctx, r.ReadyFile, r.ControlToken, info)
}
