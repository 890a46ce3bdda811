package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"time"
)

// runChild runs the program until it ends, passes signals on to it and returns its exit
// code as a childExit.
func (e *execCommand) runChild(ctx context.Context, c *console, path string, command, variables []string) error {
	child := exec.Command(path, command[1:]...) // not CommandContext: the program decides what a signal means
	child.Args[0] = command[0]
	child.Env = append(os.Environ(), variables...)
	child.Stdin, child.Stdout, child.Stderr = c.stdin, c.stdout, c.stderr
	dieTogether(child)
	// The thread that starts a child is the parent that it dies with.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, passed...) // from now on, because they may come as soon as the program runs
	defer signal.Stop(signals)
	if ctx.Err() != nil {
		return fmt.Errorf("the program was not started: %w", context.Cause(ctx))
	}
	if err := child.Start(); err != nil {
		return fmt.Errorf("%w: %w", childExit(exitNotExecutable), err)
	}
	stop := passSignals(signals, child.Process, e.Grace, c)
	code, err := waitFor(child)
	stop()
	if err == nil && code != 0 {
		return childExit(code)
	}
	return err
}

// withoutExit leaves of an error of Wait what the exit code does not say.
func withoutExit(err error) error {
	if _, exited := errors.AsType[*exec.ExitError](err); exited {
		return nil
	}
	return err
}

// passSignals passes signals on to the program. A program that was asked to end is
// killed when it has not done so within grace. A key typed at the terminal, such as
// Ctrl-C, reaches the program by itself, and what it means is up to the program: a shell
// or a debugger goes on. The function it returns stops all that.
func passSignals(signals <-chan os.Signal, child *os.Process, grace time.Duration, c *console) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		var asked os.Signal // to end; nil if it was not
		var over <-chan time.Time
		for {
			select {
			case s := <-signals:
				if typed(s) {
					continue
				}
				_ = child.Signal(s) // it may have ended just now
				if asked == nil && asksToEnd(s) {
					asked, over = s, time.After(grace)
				}
			case <-over:
				c.remark(fmt.Sprintf("the program did not exit within %s of signal %q and is killed; --grace allows more time", grace, asked))
				_ = child.Kill()
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}
