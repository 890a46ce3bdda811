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
	// verbEnd is how long a verb may take to end once ctx has.
	verbEnd = 5 * time.Second
	// serviceEnd is the same for a simulator, besides what settings give it. Its parts
	// have bounds of their own, which come to less; this one is for what is stuck.
	// With the default settings it comes to less than the ten seconds after which
	// Docker kills: https://docs.docker.com/reference/cli/docker/container/stop/
	serviceEnd = 4 * time.Second
)

// An ending says how long the end of a command may take. Whatever hangs, the process
// ends then.
type ending struct {
	mu         sync.Mutex
	limit      time.Duration
	unfinished func() []string
	held       chan struct{} // closed when the time begins to count; nil if it does at once
}

// hold keeps the time from counting until the function it returns is called, for a
// program that decides itself what a signal means to it.
func (e *ending) hold() (release func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held = make(chan struct{})
	return func() { close(e.held) }
}

// allow gives a simulator serviceEnd and more time to end. What has not ended then is
// told in the words of unfinished.
func (e *ending) allow(more time.Duration, unfinished func() []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.limit, e.unfinished = serviceEnd+more, unfinished
}

func (e *ending) get() (limit time.Duration, unfinished func() []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.limit, e.unfinished
}

// counts returns a channel that is closed when the time counts.
func (e *ending) counts() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.held == nil {
		e.held = make(chan struct{})
		close(e.held)
	}
	return e.held
}

// run executes one command line and returns the exit code: at the latest when the
// limit of its ending has passed since the end of ctx.
func run(ctx context.Context, args []string, c *console) int {
	end := &ending{limit: verbEnd}
	return end.bound(ctx, c, func() int { return runVerb(ctx, args, c, end) })
}

// bound runs a command to its end, or to that of its limit.
func (e *ending) bound(ctx context.Context, c *console, command func() int) int {
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
	// The goroutine is left behind, with all that it waits for: the process ends.
	return giveUp(c, limit, unfinished)
}

// giveUp tells what was not waited for.
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
