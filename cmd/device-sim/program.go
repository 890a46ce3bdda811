package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

const (
	// maxProgramOutput is how much of the output of a program is reported, in bytes.
	maxProgramOutput = 16 << 10
	// outputDelay is how long after its end a program's output is waited for: processes that
	// it has started may keep it open.
	outputDelay = time.Second
)

// A program is a command line of the user, which is run for each notification.
type program struct {
	command     string
	timeout     time.Duration
	environment apns.Environment
}

func (p *program) name() string { return "program" }

// take runs the program: the payload is its standard input.
func (p *program) take(ctx context.Context, n received) forwardResult {
	late := fmt.Errorf("stopped: it took longer than %s; --on-notification-timeout allows more", p.timeout)
	ctx, cancel := context.WithTimeoutCause(ctx, p.timeout, late)
	defer cancel()
	cmd := shellCommand(ctx, p.command)
	cmd.Env = append(os.Environ(), p.variables(n)...)
	r := runReceiver(ctx, cmd, n)
	r.to = p.name()
	return r
}

// variables are those that a program gets besides its own: headers of the notification by
// their names, and the device.
func (p *program) variables(n received) []string {
	expiration := int64(0)
	if !n.Expiry.IsZero() {
		expiration = n.Expiry.Unix()
	}
	return []string{
		"APNS_TOPIC=" + n.Topic,
		"APNS_ID=" + n.ProviderID,
		"APNS_PRIORITY=" + strconv.Itoa(int(n.Priority)),
		"APNS_EXPIRATION=" + strconv.FormatInt(expiration, 10),
		"APNS_CHANNEL_ID=" + n.Channel.String(),
		"APNS_TIMESTAMP=" + n.Timestamp.UTC().Format(time.RFC3339Nano),
		"APNS_FROM_STORAGE=" + strconv.FormatBool(n.FromStorage),
		"APNS_ENVIRONMENT=" + p.environment.String(),
		"APNS_DEVICE_TOKEN=" + n.DeviceToken.String(),
		"APNS_DEVICE_ID=" + n.deviceID.String(),
	}
}

// runReceiver runs a command with the payload as its standard input. If ctx ends, it stops
// the command with all processes that the command has started.
func runReceiver(ctx context.Context, cmd *exec.Cmd, n received) forwardResult {
	var output limitedOutput
	cmd.Stdin = bytes.NewReader(n.Payload)
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.Cancel = func() error { return killTree(cmd) }
	cmd.WaitDelay = outputDelay
	began := time.Now()
	err := cmd.Run()
	r := forwardResult{n: n, outcome: forwardDone, took: time.Since(began), output: output.String()}
	switch {
	case err == nil:
		return r
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = context.Cause(ctx)
	case ctx.Err() != nil:
		err = errors.New("stopped with the device")
	case errors.Is(err, exec.ErrWaitDelay):
		err = errors.Join(errors.New("stopped: a process that it started kept its output open"), killTree(cmd))
	}
	r.outcome, r.err = forwardFailed, err
	return r
}

// A limitedOutput keeps the beginning of what is written.
type limitedOutput struct {
	kept bytes.Buffer
	more int // bytes that are not kept
}

// Write takes everything.
func (o *limitedOutput) Write(b []byte) (int, error) {
	room := min(maxProgramOutput-o.kept.Len(), len(b))
	o.kept.Write(b[:room])
	o.more += len(b) - room
	return len(b), nil
}

// String is what was kept as text, without the last line break.
func (o *limitedOutput) String() string {
	text := strings.ToValidUTF8(strings.TrimRight(o.kept.String(), "\r\n"), "\uFFFD")
	if o.more > 0 {
		text += fmt.Sprintf("\n(%d more bytes)", o.more)
	}
	return text
}
