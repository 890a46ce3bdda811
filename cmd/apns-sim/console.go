package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"text/tabwriter"

	"github.com/apns-sim/apns-sim/internal/printable"
)

// console is where a command reads and writes.
type console struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	asJSON atomic.Bool // what goes to stderr is a log in JSON
}

func newConsole(stdin io.Reader, stdout, stderr io.Writer) *console {
	return &console{stdin: stdin, stdout: stdout, stderr: stderr}
}

// print writes a line for a reader. The format is ours; what is not printable in the
// arguments is escaped.
func (c *console) print(format string, args ...any) error {
	_, err := io.WriteString(c.stdout, printable.Sprintf(format, args...)+"\n")
	return err
}

// complain writes a line about what is wrong; it may have several lines.
func (c *console) complain(what any) { c.tell(slog.LevelError, what) }

// remark is complain about what ends nothing.
func (c *console) remark(what any) { c.tell(slog.LevelWarn, what) }

// tell writes to standard error.
func (c *console) tell(level slog.Level, what any) {
	_, _ = io.WriteString(c.stderr, c.words(level, what)) // nobody is left to tell
}

// words are what tell writes: a record if the log is JSON, otherwise text.
func (c *console) words(level slog.Level, what any) string {
	text := printable.Lines(fmt.Sprint(what))
	if !c.asJSON.Load() {
		return "apns-sim: " + text + "\n"
	}
	var record strings.Builder
	slog.New(jsonHandler(&record, level)).Log(context.Background(), level, text)
	return record.String()
}

// encode writes a line of JSON.
func (c *console) encode(value any) error {
	return json.NewEncoder(printable.JSONWriter(c.stdout)).Encode(value)
}

// line is a row for printTable; a tab or a newline in a cell makes no other cell or row.
func line(cells ...string) string {
	for i, cell := range cells {
		cells[i] = printable.Text(cell)
	}
	return strings.Join(cells, "\t")
}

// printTable lines up what stands between tabs.
func printTable(w io.Writer, rows string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if _, err := io.WriteString(t, printable.Lines(rows)); err != nil {
		return err
	}
	return t.Flush()
}

// readArgument returns what an argument stands for: itself, the contents of a file
// after @, or standard input for -.
func readArgument(c *console, argument string) ([]byte, error) {
	switch {
	case argument == "-":
		return io.ReadAll(c.stdin)
	case strings.HasPrefix(argument, "@"):
		return os.ReadFile(argument[1:])
	}
	return []byte(argument), nil
}
