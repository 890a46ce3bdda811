package main

import (
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/internal/printable"
)

// The exit codes.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitUnmet       = 4
	exitUnreachable = 6
)

// A failure is an error with its exit code and remedy.
type failure struct {
	code   int
	err    error
	remedy string // "" if there is nothing to suggest
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// report prints err, if any, and returns the exit code.
func report(std streams, err error) int {
	if err == nil {
		return exitOK
	}
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = &failure{code: exitFailure}
	}
	fmt.Fprintf(std.stderr, "device-sim: %s\n", printable.Lines(err.Error())) //nolint:errcheck // There is no other place for the error.
	if f.remedy != "" {
		fmt.Fprintf(std.stderr, "  %s\n", printable.Lines(f.remedy)) //nolint:errcheck // As above.
	}
	return f.code
}
