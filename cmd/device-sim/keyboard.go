package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/term"
)

// prompt stands before what is typed.
const prompt = "> "

// withLineEditor gives the streams of a person at a keyboard: what is written appears above the
// line that is being typed, which stays as it is. Without a keyboard, or for a command that
// nobody types to, the streams stay what they are. The keys come one by one from begin
// on, and leave puts the terminal back.
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
		if errors.Is(err, term.ErrPasteIndicator) { // a pasted line is a line
			err = nil
		}
		return line, err
	}
	return interactive, func() { restore() }
}

// startLineEditor makes the keys of a seat come one by one. Until then Ctrl-C is a signal, as it is
// elsewhere.
func (std streams) startLineEditor() error {
	if std.readLine == nil {
		return nil
	}
	if _, err := std.raw(); err != nil {
		return fmt.Errorf("read from the terminal: %w", err)
	}
	return nil
}

// complete ends the word that Tab was pressed in, if only one word begins so.
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

// rawMode puts a terminal into raw mode, in which keys come one by one. restore puts it
// back.
func rawMode(fd int) (restore func(), err error) {
	before, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	return func() { term.Restore(fd, before) }, nil //nolint:errcheck // There is nothing left to do about it.
}
