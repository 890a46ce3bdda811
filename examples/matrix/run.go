package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// An outcome is what came of one example.
type outcome struct {
	client  *client
	runtime string // version of the language
	version string // of the library
	skipped string // why it did not run, "" if it did
	items   []result
	took    time.Duration
	log     string // where the output is
}

// failed reports whether anything is wrong. strict makes it wrong that a required
// example did not run.
func (o *outcome) failed(strict bool) bool {
	if o.skipped != "" {
		return strict && o.client.Required
	}
	for _, one := range o.items {
		if one.verdict == failed {
			return true
		}
	}
	return false
}

// lacking reports whether the example did not run because of the machine.
func (o *outcome) lacking() bool { return o.skipped != "" && o.client.Skip == "" }

// A runner runs examples.
type runner struct {
	simulator string        // path of apns-sim
	logs      string        // folder for their output
	timeout   time.Duration // for one command
	workers   int
	say       func(format string, args ...any)
}

// runAll runs the examples, some at a time, and returns their outcomes in order.
func (r *runner) runAll(ctx context.Context, clients []*client) []*outcome {
	outcomes := make([]*outcome, len(clients))
	free := make(chan struct{}, r.workers)
	var wg sync.WaitGroup
	for i, c := range clients {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			outcomes[i] = r.run(ctx, c)
			r.say("%s", summary(outcomes[i]))
		})
	}
	wg.Wait()
	return outcomes
}

// run runs one example.
func (r *runner) run(ctx context.Context, c *client) *outcome {
	o := &outcome{client: c, skipped: c.Skip, log: filepath.Join(r.logs, filepath.Base(c.dir)+".log")}
	if o.skipped != "" {
		return o
	}
	began := time.Now()
	defer func() { o.took = time.Since(began) }()
	var log bytes.Buffer
	defer func() {
		if err := os.WriteFile(o.log, log.Bytes(), 0o600); err != nil {
			r.say("%s: %v", c.Name, err)
		}
	}()
	for i, need := range c.Needs {
		out, err := r.command(ctx, c, &log, need)
		if err != nil {
			o.skipped = fmt.Sprintf("%s: %v", strings.Join(need, " "), err)
			return o
		}
		if i == 0 {
			o.runtime = firstLine(out)
		}
	}
	for _, prepare := range c.Prepare {
		if _, err := r.command(ctx, c, &log, prepare); err != nil {
			o.fail(fmt.Sprintf("%s: %v", strings.Join(prepare, " "), err))
			return o
		}
	}
	out, err := r.command(ctx, c, &log, c.Version)
	if err != nil {
		o.fail(fmt.Sprintf("%s: %v", strings.Join(c.Version, " "), err))
		return o
	}
	o.version = strings.TrimPrefix(firstLine(out), "v")
	r.test(ctx, o, &log)
	return o
}

// controlToken is demanded of every example, so that each helper shows that it sends it.
const controlToken = "the-token-of-the-examples"

// test runs the tests of an example and judges their report.
func (r *runner) test(ctx context.Context, o *outcome, log *bytes.Buffer) {
	c := o.client
	// An old report would stand for tests that did not run.
	old, err := reportFiles(c.Report, c.dir)
	for _, file := range old {
		err = errors.Join(err, os.Remove(file))
	}
	if err != nil {
		o.fail(err.Error())
		return
	}
	exec := []string{r.simulator, "exec", "--log-level", "error", "--control-token", controlToken}
	stdout, ended := r.command(ctx, c, log, slices.Concat(c.Within, exec, c.Exec, []string{"--"}, c.Test))
	results, err := readReport(c.Report, c.dir, stdout)
	if err != nil {
		o.fail(err.Error())
		return
	}
	bad := false
	for _, i := range items {
		one, is := results[key(i.test)]
		if !is {
			one = result{failed, fmt.Sprintf("no test is named %q", i.test)}
		}
		bad = bad || one.verdict == failed
		o.items = append(o.items, one)
	}
	if ended != nil && !bad {
		o.fail(fmt.Sprintf("all items are done, and yet: %v", ended))
	}
}

// fail marks all items as failed for one reason.
func (o *outcome) fail(reason string) {
	o.items = nil
	for range items {
		o.items = append(o.items, result{failed, reason})
	}
}

// command runs a command in the folder of an example, logs what it prints, and
// returns its stdout.
func (r *runner) command(ctx context.Context, c *client, log *bytes.Buffer, command []string) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.timeout, fmt.Errorf("it took longer than %v", r.timeout))
	defer cancel()
	fmt.Fprintf(log, "$ %s\n", strings.Join(command, " "))
	var stdout, stderr bytes.Buffer
	run := exec.CommandContext(ctx, command[0], command[1:]...)
	run.Dir, run.Stdout, run.Stderr = c.dir, &stdout, &stderr
	// An interrupt reaches what apns-sim has started, a kill does not.
	run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	run.WaitDelay = 15 * time.Second
	err := run.Run()
	log.Write(stdout.Bytes())
	log.Write(stderr.Bytes())
	if cause := context.Cause(ctx); cause != nil && err != nil {
		err = cause
	}
	if err != nil {
		fmt.Fprintf(log, "%v\n", err)
	}
	return stdout.Bytes(), err
}

func firstLine(output []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	return strings.TrimSpace(line)
}
