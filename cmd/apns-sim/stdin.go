package main

import (
	"context"
	"io"
)

// untilEnd returns a context that ends with ctx, or when an input does: at its end, or when it
// cannot be read any more. What is read is discarded. The input of a process ends when the
// one that holds the other end of the pipe does, however that happens; no signal is needed,
// so this works on every system.
//
// A read cannot be interrupted: only the end of the input ends the goroutine.
func untilEnd(ctx context.Context, input io.Reader) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, input) // however it ends, it has ended
		cancel()
	}()
	return ctx, cancel
}
