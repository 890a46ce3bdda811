package truststore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A runner runs a command and returns what it writes.
type runner func(ctx context.Context, name string, args ...string) (output []byte, err error)

// A Plan is what installs or removes a root, in order.
type Plan struct {
	root     Root
	steps    []step
	run      runner
	warnings []string
}

// Warnings says what somebody should know before the plan is carried out.
func (p *Plan) Warnings() []string { return p.warnings }

// A step is one thing that is done: a file is written or removed, or a command runs.
type step struct {
	write, remove string
	command       []string
}

// String says what is done.
func (s step) String() string {
	switch {
	case s.write != "":
		return "write " + s.write
	case s.remove != "":
		return "remove " + s.remove
	}
	words := slices.Clone(s.command)
	for i, word := range words {
		if strings.ContainsAny(word, " \t") {
			words[i] = `"` + word + `"`
		}
	}
	return "run " + strings.Join(words, " ")
}

// Steps says what is done, in order.
func (p *Plan) Steps() (all []string) {
	for _, s := range p.steps {
		all = append(all, s.String())
	}
	return all
}

// file stands in the arguments of a command for the file with the certificate.
func (p *Plan) file() string { return p.root.Name() + ".pem" }

// Do carries the plan out, and says each step before.
func (p *Plan) Do(ctx context.Context, say func(string) error) (err error) {
	dir, err := os.MkdirTemp("", "apns-sim-root-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, p.file())
	if err := os.WriteFile(file, p.root.pem(), 0o600); err != nil {
		return err
	}
	for _, s := range p.steps {
		if err := say(s.String()); err != nil {
			return err
		}
		if err := p.do(ctx, s, file); err != nil {
			return err
		}
	}
	return nil
}

func (p *Plan) do(ctx context.Context, s step, file string) error {
	switch {
	case s.write != "":
		return os.WriteFile(s.write, p.root.pem(), 0o644) //nolint:gosec // Every program reads a trust store.
	case s.remove != "":
		return os.Remove(s.remove)
	}
	args := slices.Clone(s.command)
	for i, arg := range args {
		if arg == p.file() {
			args[i] = file
		}
	}
	output, err := p.run(ctx, args[0], args[1:]...)
	if err != nil {
		return fmt.Errorf("%s: %w: %s", s, err, strings.TrimSpace(string(output)))
	}
	return nil
}
