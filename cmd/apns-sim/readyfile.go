package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func readReadyFile(path string) (info sim.Info, err error) {
	text, err := pki.ReadRegular(path)
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(text, &info); err != nil {
		return info, fmt.Errorf("%s: %w", path, err)
	}
	return info, nil
}

// stillReady looks whether the simulator that wrote a ready file is still there: one
// that was killed leaves its file. The control API tells, where it is open; a process
// id alone may be that of another process by now, as of 1 in a container.
func stillReady(ctx context.Context, path string, info sim.Info) error {
	if info.Control != "" {
		if _, err := (&controlFlags{Control: info.Control}).get(ctx, "/readyz"); err != nil {
			return fmt.Errorf("%s is of process %d, which does not answer: %w", path, info.PID, err)
		}
		return nil
	}
	if !processRuns(info.PID) {
		return fmt.Errorf("%s is of process %d, which does not run any more", path, info.PID)
	}
	return nil
}

// dropStaleReadyFile removes a ready file that a killed simulator has left, so that
// nobody takes it for that of the one that starts. That of a running one stays.
func (s *serveCommand) dropStaleReadyFile(ctx context.Context) error {
	if s.ReadyFile == "" {
		return nil
	}
	info, err := readReadyFile(s.ReadyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && info.PID != os.Getpid() {
		ctx, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		if stillReady(ctx, s.ReadyFile, info) == nil {
			return nil
		}
	}
	return s.forget()
}
