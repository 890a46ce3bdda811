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

// lines gives what reads the next line that is typed: ok is false when the input or ctx
// has ended. A line is read when it is asked for, so that nothing is read, and no prompt
// shown, after the last. Reading from a terminal cannot be broken off: a read that is
// under way when ctx ends then ends with the process. An input that can be closed is.
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

// scan reads lines where nobody edits them.
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

// runInput does what is typed, until the input or ctx ends. At a terminal a mistake is
// told and the next line follows; in a script it ends the run. The end of the input ends
// the run at a keyboard, where it is Ctrl-C or Ctrl-D; the end of a script does not.
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

// typedAhead is how many lines may be typed while a word is being done.
const typedAhead = 1 << 10

// readAhead reads what is typed while a word is being done, which may take as long as no
// push comes: in raw mode Ctrl-C is a key like any other. It gives the lines as next
// does, and the context for what they say, which ends when quit is typed. The end of the
// input ends the run.
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

func (e *scriptError) Error() string { return e.line + ": " + e.err.Error() }
func (e *scriptError) Unwrap() error { return e.err }
