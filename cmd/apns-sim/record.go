package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// A recorder writes events to the file of exec --record. A nil recorder writes none.
type recorder struct {
	file *os.File
	stop context.CancelFunc
	done chan error
}

// createRecord creates the file before the simulator starts, so that a path that cannot be
// written ends the start; nil for "".
func createRecord(path string) (*recorder, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // There is none.
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, badFlag("record", ": %w; name a file that can be written", err)
	}
	return &recorder{file: file, done: make(chan error, 1)}, nil
}

// follow writes the events of a journal, from the first one on.
func (r *recorder) follow(j *journal.Journal) {
	if r == nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() {
		r.done <- control.WriteEvents(ctx, j, r.file)
	}()
}

// close writes the rest, once the simulator has stopped.
func (r *recorder) close() error {
	if r == nil {
		return nil
	}
	var err error
	if r.stop != nil {
		r.stop()
		err = <-r.done
	}
	if err = errors.Join(err, r.file.Close()); err != nil {
		return fmt.Errorf("--record: %w", err)
	}
	return nil
}
