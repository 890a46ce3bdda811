package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/term"
)

// prompt precedes the input.
const prompt = "> "

// withLineEditor returns streams for an interactive terminal: output appears above the input
// line. Without a keyboard, or for a command without input, it returns the streams
// unchanged. restoreTerminal ends raw mode.
func (std streams) withLineEditor(command command) (interactive streams, restoreTerminal func()) {
	if _, typed := command.(*runCmd); !typed || std.raw == nil {
		return std, func() {}
	}
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{std.stdin, std.stdout}, prompt)
	terminal.AutoCompleteCallback = complete
	interactive = std
	interactive.stdout, interactive.stderr = terminal, terminal
	restore := func() {}
	interactive.raw = func() (func(), error) {
		back, err := std.raw()
		if err == nil {
			restore = back
		}
		return back, err
	}
	interactive.readLine = func() (string, error) {
		line, err := terminal.ReadLine()
		if errors.Is(err, term.ErrPasteIndicator) { // a pasted line is a complete line
			err = nil
		}
		return line, err
	}
	return interactive, func() { restore() }
}

// startLineEditor puts the terminal into raw mode. Until then Ctrl-C is a signal.
func (std streams) startLineEditor() error {
	if std.readLine == nil {
		return nil
	}
	if _, err := std.raw(); err != nil {
		return fmt.Errorf("read from the terminal: %w", err)
	}
	return nil
}

// complete completes the word before Tab, if only one command begins with it.
func complete(line string, pos int, key rune) (completed string, at int, ok bool) {
	if key != '\t' || pos != len(line) || line == "" {
		return "", 0, false
	}
	all := slices.DeleteFunc(inputCommands(), func(w inputCommand) bool { return !strings.HasPrefix(w.name, line) })
	if len(all) != 1 {
		return "", 0, false
	}
	completed = all[0].name
	if all[0].args != "" {
		completed += " "
	}
	return completed, len(completed), true
}

// rawMode puts a terminal into raw mode, in which each key is read at once. restore ends
// it.
func rawMode(fd int) (restore func(), err error) {
	before, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	return func() { term.Restore(fd, before) }, nil //nolint:errcheck // The program ends.
}
