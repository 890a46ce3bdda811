package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
)

// maxLine is the longest line that is read, in bytes.
const maxLine = 64 << 10

// lines gives the lines of r as they come, until r or ctx ends. Reading from a
// terminal cannot be broken off: then the goroutine ends with the process. A reader
// that can be closed is, when ctx ends.
func lines(ctx context.Context, r io.Reader) <-chan string {
	out := make(chan string)
	if c, ok := r.(io.Closer); ok {
		context.AfterFunc(ctx, func() { c.Close() }) //nolint:errcheck // Nothing was written.
	}
	go func() {
		defer close(out)
		scanner := bufio.NewScanner(r)
		scanner.Buffer(nil, maxLine)
		for scanner.Scan() {
			select {
			case out <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// obey does what is typed, until the input or ctx ends. At a terminal a mistake is
// told and the next line follows; in a script it ends the run. The end of a script does not:
// quit does.
func (p *phone) obey(ctx context.Context, std streams) {
	if std.stdin == nil {
		return
	}
	typed := lines(ctx, std.stdin)
	for {
		var line string
		var more bool
		select {
		case line, more = <-typed:
		case <-ctx.Done():
		}
		if !more {
			return
		}
		err := p.do(ctx, line)
		if ctx.Err() != nil {
			return
		}
		line = strings.TrimSpace(line)
		if err != nil && !std.inTerminal {
			p.stop(inScript(line, err))
			return
		}
		if line == "" || strings.HasPrefix(line, comment) {
			continue
		}
		id := p.device.ID()
		p.mu.Lock()
		p.out.done(id, line, err)
		p.mu.Unlock()
	}
}

// inScript names the line that went wrong.
func inScript(line string, err error) *failure {
	f := &failure{code: exitFailure}
	if known, ok := errors.AsType[*failure](err); ok {
		f.code, f.remedy = known.code, known.remedy
	}
	f.err = &scriptError{line, err}
	return f
}

// A scriptError is a line that could not be done.
type scriptError struct {
	line string
	err  error
}

func (e *scriptError) Error() string { return printable(e.line) + ": " + e.err.Error() }
func (e *scriptError) Unwrap() error { return e.err }
