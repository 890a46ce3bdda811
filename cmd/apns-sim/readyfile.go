package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A readyFile is the file with the ready record. What stands under its name may be of
// somebody else: only what is known to be a simulator's is removed.
type readyFile struct {
	path string // "" for none

	// record is what this process has written, and file is where; nil before.
	record []byte
	file   fs.FileInfo
}

// check rejects a path under which something is that a file cannot take the place of.
func (r *readyFile) check() error {
	file, err := os.Lstat(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !file.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file (mode %s) and is not overwritten; choose another path", r.path, file.Mode())
	}
	return err
}

// prepare removes a ready file that a killed simulator has left, so that nobody takes it
// for that of the one that starts. That of a running one stays, and so does any other
// file, until the record takes its place.
func (r *readyFile) prepare(ctx context.Context) error {
	if r.path == "" {
		return nil
	}
	if err := r.check(); err != nil {
		return badUsage("--ready-file: %w", err)
	}
	info, err := readReadyFile(r.path)
	if err != nil {
		return nil // nobody takes it for a ready file
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	if info.PID != os.Getpid() && stillReady(ctx, r.path, "", info) == nil {
		return nil
	}
	return removeReadyFile(r.path)
}

// write writes the record, in the place of a regular file if there is one.
func (r *readyFile) write(record []byte) error {
	if r.path == "" {
		return nil
	}
	err := r.check() // somebody may have put something there since
	if err == nil {
		err = pki.WritePublic(r.path, record)
	}
	if err == nil {
		r.record = record
		r.file, err = os.Lstat(r.path)
	}
	if err != nil {
		return fmt.Errorf("--ready-file: cannot write %s: %w; check that its directory exists and is writable", r.path, cause(err))
	}
	return nil
}

// cause is why a file cannot be written, without the steps of writing it.
func cause(err error) error {
	if step, ok := errors.AsType[*fs.PathError](err); ok {
		return step.Err
	}
	return err
}

// forget removes the file that write has written, unless it is another by now.
func (r *readyFile) forget() error {
	if r.file == nil {
		return nil
	}
	file, err := os.Lstat(r.path)
	if err != nil || !os.SameFile(file, r.file) {
		return nil
	}
	if text, err := pki.ReadRegular(r.path); err != nil || !bytes.Equal(text, r.record) {
		return nil
	}
	return removeReadyFile(r.path)
}

func removeReadyFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--ready-file: cannot remove it: %w", err)
	}
	return nil
}

func readReadyFile(path string) (info sim.Info, err error) {
	text, err := pki.ReadRegular(path)
	if err != nil {
		return info, err
	}
	if err := json.Unmarshal(text, &info); err != nil {
		return info, fmt.Errorf("%s: %w", path, err)
	}
	if info.Event != sim.ReadyEvent || info.PID <= 0 {
		return info, fmt.Errorf("%s does not contain a ready record with \"event\":%q and a pid", path, sim.ReadyEvent)
	}
	return info, nil
}

// stillReady looks whether the simulator that wrote a ready file is still there: one
// that was killed leaves its file. The control API tells, where it is open; a process
// id alone may be that of another process by now, as of 1 in a container. An API that
// requires an unknown token shows only that a simulator is there.
func stillReady(ctx context.Context, path, token string, info sim.Info) error {
	if info.Control == "" {
		if !processRuns(info.PID) {
			return fmt.Errorf("%s belongs to process %d, which no longer runs", path, info.PID)
		}
		return nil
	}
	api := &controlFlags{Control: info.Control, ControlToken: token}
	if token == "" && info.ControlTokenFile != "" {
		if text, err := pki.ReadRegular(info.ControlTokenFile); err == nil {
			api.ControlToken = strings.TrimSpace(string(text))
		}
	}
	if _, err := api.get(ctx, "/readyz"); err != nil {
		return fmt.Errorf("%s belongs to process %d, which does not respond: %w", path, info.PID, err)
	}
	current, err := api.discover(ctx)
	if apiErr, ok := errors.AsType[*apiError](err); ok && apiErr.status == http.StatusUnauthorized && api.ControlToken == "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s belongs to process %d, but %s cannot be asked for its process ID: %w", path, info.PID, info.Control, err)
	}
	if current.PID != info.PID {
		return fmt.Errorf("%s belongs to process %d, but %s is another simulator, process %d", path, info.PID, info.Control, current.PID)
	}
	return nil
}
