package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	ignoreBackground()
	std := streams{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, inTerminal: term.IsTerminal(int(os.Stdin.Fd())),
		colorOut: colorful(os.Stdout), colorErr: colorful(os.Stderr),
		terminal: term.IsTerminal(int(os.Stdout.Fd())),
		now:      time.Now,
	}
	if std.inTerminal && std.terminal && os.Getenv("TERM") != "dumb" && foreground(os.Stdin) {
		std.raw = func() (func(), error) { return rawMode(int(os.Stdin.Fd())) }
	}
	os.Exit(run(ctx, os.Args[1:], std))
}

// streams has the input, the outputs and the clock
// that dates it.
type streams struct {
	stdin      io.Reader // nil if nothing is read
	inTerminal bool      // a person types
	// raw puts the terminal into raw mode until restore is called; nil if stdin or stdout is
	// not a terminal.
	raw func() (restore func(), err error)
	// readLine returns the next line; nil reads it from stdin.
	readLine           func() (string, error)
	stdout, stderr     io.Writer
	colorOut, colorErr bool
	terminal           bool // stdout is one
	now                func() time.Time
}

// colorful reports whether f is a terminal and color is not disabled.
// https://no-color.org
func colorful(f *os.File) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	return term.IsTerminal(int(f.Fd()))
}
