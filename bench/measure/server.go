package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// A server is a process that is pushed to.
type server struct {
	name     string
	command  *exec.Cmd
	address  string // of its provider API
	courier  string // of its courier; "" if it is no simulator
	channels string // of its channel management; likewise
}

// startTime bounds the start of a server, stopTime the end.
const (
	startTime = 5 * time.Second
	stopTime  = 5 * time.Second
)

// start runs a program. It is ended, first politely, by stop or with ctx.
func start(ctx context.Context, name string, program []string) (*server, *bufio.Reader, error) {
	s := &server{name: name, command: exec.CommandContext(ctx, program[0], program[1:]...)}
	s.command.Stderr = os.Stderr
	s.command.Cancel = func() error { return s.command.Process.Signal(syscall.SIGTERM) }
	s.command.WaitDelay = stopTime
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", name, err)
	}
	if err := s.command.Start(); err != nil {
		return nil, nil, fmt.Errorf("start %s: %w", name, err)
	}
	return s, bufio.NewReader(out), nil
}

// startReady runs a program that prints a ready record.
func startReady(ctx context.Context, name string, program []string) (*server, error) {
	s, out, err := start(ctx, name, program)
	if err != nil {
		return nil, err
	}
	startTimer := time.AfterFunc(startTime, func() { _ = s.command.Process.Kill() }) // the missing record is the error
	line, err := out.ReadBytes('\n')
	startTimer.Stop()
	var ready sim.Info
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("ready record of %s: %w", name, err), s.stop())
	}
	s.address, s.courier = strings.TrimPrefix(ready.Provider, "https://"), ready.Device
	s.channels = strings.TrimPrefix(ready.Channels, "https://")
	return s, nil
}

// stop ends the process. It fails if that was not what ended it.
func (s *server) stop() error {
	if err := s.command.Cancel(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", s.name, err)
	}
	kill := time.AfterFunc(stopTime, func() { _ = s.command.Process.Kill() }) // Wait tells
	defer kill.Stop()
	err := s.command.Wait()
	if err == nil || endedBy(err, syscall.SIGTERM) {
		return nil
	}
	return fmt.Errorf("%s: %w", s.name, err)
}

// endedBy reports whether what Wait returned is the end of a process by a signal.
func endedBy(err error, signal syscall.Signal) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == signal
}

func (s *server) cpuTime() (time.Duration, error) { return cpuTime(s.command.Process.Pid) }
