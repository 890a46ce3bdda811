package main

import (
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"

	"github.com/apns-sim/apns-sim/internal/logs"
	"github.com/apns-sim/apns-sim/internal/printable"
)

// logFlags say what is logged, and how.
type logFlags struct {
	LogLevel  string `enum:"debug,info,warn,error" default:"info" placeholder:"LEVEL" help:"Log level: debug, info, warn or error."`
	LogFormat string `enum:"text,json" default:"text" placeholder:"FORMAT" help:"Format of the log and of all other messages on standard error: text, or json with one object per line."`
}

// logJSON is the format of a log in JSON.
const logJSON = "json"

// logTimeout is how long a stopping service waits for the reader of its log.
const logTimeout = time.Second

// A serviceLog is the log of a service on standard error. Nothing that happens to its
// reader stops the service: lines that nobody reads are dropped and counted.
type serviceLog struct {
	*slog.Logger
	out     *logs.Writer
	repeats *logs.Repeats
}

// open begins the log.
func (f *logFlags) open(stderr io.Writer) *serviceLog {
	l := new(serviceLog)
	// A write to a closed pipe ends a process unless it asks for the signal:
	// https://pkg.go.dev/os/signal#hdr-SIGPIPE. Ignored, it would be so in the
	// programs that exec starts, too.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	handler := func(out io.Writer) slog.Handler { return f.handler(out, isTerminal(stderr)) }
	l.out = logs.NewWriter(stderr, logs.DefaultLimit, func(out io.Writer, dropped int) {
		slog.New(handler(out)).Warn("log lines were dropped, because nobody has read the log in time", "lines", dropped)
	})
	l.repeats = logs.NewRepeats(handler(l.out), logs.DefaultInterval)
	l.Logger = slog.New(l.repeats)
	return l
}

// close writes the rest of the log, as far as somebody reads it.
func (l *serviceLog) close() {
	l.repeats.Close()
	_ = l.out.CloseWithin(logTimeout) // nobody is left to tell
}

// handler writes a log: as JSON if that was asked for, in color on a terminal that has
// color, otherwise as key=value.
func (f *logFlags) handler(out io.Writer, terminal bool) slog.Handler {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.LogLevel)); err != nil {
		level = slog.LevelInfo // the flag allows no other words
	}
	switch {
	case f.LogFormat == logJSON:
		return jsonHandler(out, level)
	case terminal:
		return tint.NewTextHandler(out, &tint.Options{
			Level: level, TimeFormat: time.TimeOnly, NoColor: !hasColor(),
			ReplaceAttr: printable.Attr, // tint lets escape sequences pass
		})
	}
	return slog.NewTextHandler(out, &slog.HandlerOptions{Level: level})
}

// jsonHandler writes a log as JSON.
func jsonHandler(out io.Writer, level slog.Level) slog.Handler {
	return slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level})
}

// hasColor reports whether color is wanted on a terminal, and understood by it.
func hasColor() bool {
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" // https://no-color.org
}

// isTerminal reports whether somebody reads or types there.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
