package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	os.Exit(run(ctx, os.Args[1:], streams{
		stdout: os.Stdout, stderr: os.Stderr,
		colorOut: colorful(os.Stdout), colorErr: colorful(os.Stderr),
		now: time.Now,
	}))
}

// streams is the world outside: where the output goes, and the clock that dates it.
type streams struct {
	stdout, stderr     io.Writer
	colorOut, colorErr bool
	now                func() time.Time
}

// colorful tells whether f is a terminal whose reader has nothing against color.
// https://no-color.org
func colorful(f *os.File) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
