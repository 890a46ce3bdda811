package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
)

const (
	// commandEnd bounds a command after ctx has ended.
	commandEnd = 5 * time.Second
	// serviceEnd does the same for a simulator, in addition to its settings. Its parts have lower bounds of their own;
	// this one is for hangs. With the default settings the sum is below the ten seconds after which Docker kills: https://docs.docker.com/reference/cli/docker/container/stop/
	serviceEnd = 4 * time.Second
)

// An exitLimit bounds how long a command may take to stop after a signal. The process exits then, even if something
// hangs.
type exitLimit struct {
	mu         sync.Mutex
	limit      time.Duration
	unfinished func() []string
	held       chan struct{} // closed when the time begins to count; nil if it does at once
}

// hold pauses the limit until the returned function is called, for a program that handles signals itself.
func (e *exitLimit) hold() (release func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = make(chan struct{})
	return func() { close(e.held) }
}

// allow gives a simulator serviceEnd and more time to stop. unfinished names what has not stopped by then.
func (e *exitLimit) allow(more time.Duration, unfinished func() []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.limit, e.unfinished = serviceEnd+more, unfinished
}

func (e *exitLimit) get() (limit time.Duration, unfinished func() []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.limit, e.unfinished
}

// counts returns a channel that is closed when the limit starts.
func (e *exitLimit) counts() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.held == nil {
		e.held = make(chan struct{})
		close(e.held)
	}
	return e.held
}

// run executes one command line and returns the exit code, at the latest when its exit limit has passed since the end
// of ctx.
func run(ctx context.Context, args []string, c *console) int {
	end := &exitLimit{limit: commandEnd}
	return end.bound(ctx, c, func() int { return runCommandLine(ctx, args, c, end) })
}

// bound runs a command until it returns or its limit has passed.
func (e *exitLimit) bound(ctx context.Context, c *console, command func() int) int {
	done := make(chan int, 1)
	go func() { done <- command() }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	select {
	case code := <-done:
		return code
	case <-e.counts():
	}
	limit, unfinished := e.get()
	select {
	case code := <-done:
		return code
	case <-time.After(limit):
	}
	// The goroutine is abandoned, since the process exits.
	return giveUp(c, limit, unfinished)
}

// giveUp reports what has not stopped.
func giveUp(c *console, limit time.Duration, unfinished func() []string) int {
	text := fmt.Sprintf("exiting, but not everything has stopped within %s of the signal", limit)
	if unfinished != nil {
		text += "; still running: " + strings.Join(unfinished(), ", ")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = writeUntil(ctx, c.stderr, []byte(c.words(slog.LevelError, text))) // nobody is left to tell
	return exitFailure
}
