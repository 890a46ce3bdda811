package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
)

// maxLine is the longest line that is read, in bytes.
const maxLine = 64 << 10

// lines returns a function that reads the next line; ok is false at the end of the input or
// of ctx. A line is read on request, so that nothing is read, and no prompt shown, after
// the last one. A read from a terminal cannot be interrupted: if ctx ends during one, it
// ends with the process. Other inputs are closed.
func (std streams) lines(ctx context.Context) (next func() (line string, ok bool)) {
	if c, ok := std.stdin.(io.Closer); ok {
		context.AfterFunc(ctx, func() { c.Close() }) //nolint:errcheck // Nothing was written.
	}
	read := std.readLine
	if read == nil {
		read = scan(std.stdin)
	}
	return func() (string, bool) {
		typed := make(chan string, 1)
		go func() {
			defer close(typed)
			if line, err := read(); err == nil {
				typed <- line
			}
		}()
		select {
		case line, ok := <-typed:
			return line, ok
		case <-ctx.Done():
			return "", false
		}
	}
}

// scan reads lines without a line editor.
func scan(r io.Reader) func() (string, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	return func() (string, error) {
		if !scanner.Scan() {
			return "", cmp.Or(scanner.Err(), io.EOF)
		}
		return scanner.Text(), nil
	}
}

// runInput executes lines until the input or ctx ends. At a terminal, an error is reported
// and the next line follows; in a script, an error ends the run. The end of the input ends
// the run at a keyboard (Ctrl-C or Ctrl-D), but not in a script.
func (p *deviceRun) runInput(ctx context.Context, std streams) {
	if std.stdin == nil {
		return
	}
	next, commandCtx := std.lines(ctx), ctx
	if std.readLine != nil {
		var reading sync.WaitGroup
		defer reading.Wait()
		next, commandCtx = p.readAhead(ctx, next, &reading)
	}
	for {
		line, more := next()
		if !more {
			return
		}
		err := p.execute(commandCtx, line)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, context.Canceled) { // quit was typed meanwhile
			continue
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

// typedAhead is how many lines may be typed while a command runs.
const typedAhead = 1 << 10

// readAhead reads lines while a command runs: the command may wait for a push without end,
// and in raw mode Ctrl-C does not interrupt it. It returns a function like next, and the context for
// commands, which ends when quit is typed. The end of the input ends the run.
func (p *deviceRun) readAhead(ctx context.Context, next func() (string, bool), reading *sync.WaitGroup) (func() (string, bool), context.Context) {
	commandCtx, breakOff := context.WithCancel(ctx)
	typed := make(chan string, typedAhead)
	reading.Go(func() {
		defer breakOff()
		defer close(typed)
		for {
			line, more := next()
			if !more {
				p.stop(nil)
				return
			}
			select {
			case typed <- line:
			case <-ctx.Done():
				return
			}
			if strings.TrimSpace(line) == quitCommand {
				return
			}
		}
	})
	return func() (string, bool) {
		line, more := <-typed
		return line, more
	}, commandCtx
}

// inScript adds the line number to an error in a script.
func inScript(line string, err error) *failure {
	f := &failure{code: exitFailure}
	if known, ok := errors.AsType[*failure](err); ok {
		f.code, f.remedy = known.code, known.remedy
	}
	f.err = &scriptError{line, err}
	return f
}

// A scriptError is the error of a line of a script.
type scriptError struct {
	line string
	err  error
}

func (e *scriptError) Error() string { return e.line + ": " + e.err.Error() }
func (e *scriptError) Unwrap() error { return e.err }
