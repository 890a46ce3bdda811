package main

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestWhatHangsAtTheEndIsToldAndNotWaitedFor(t *testing.T) {
	for _, tc := range []struct {
		name  string
		allow func(*exitLimit)
		want  time.Duration
		text  string
	}{
		{"a command", func(*exitLimit) {}, commandEnd, "not everything has stopped within 5s of the signal\n"},
		{
			"a simulator", func(e *exitLimit) {
				e.allow(2*time.Second, func() []string { return []string{"control API", "devices"} })
			},
			serviceEnd + 2*time.Second, "within 6s of the signal; still running: control API, devices\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				stuck := make(chan struct{})
				var stderr strings.Builder
				end := &exitLimit{limit: commandEnd}
				tc.allow(end)
				time.AfterFunc(time.Minute, cancel)
				begun := time.Now()
				code := end.bound(ctx, &console{stderr: &stderr}, func() int { <-stuck; return exitOK })
				assert.Equal(t, exitFailure, code)
				assert.Equal(t, time.Minute+tc.want, time.Since(begun))
				assert.Contains(t, stderr.String(), tc.text)
				close(stuck)
			})
		})
	}
}

func TestTheTimeOfExecToEndCountsFromTheEndOfItsProgram(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // a Ctrl-C, which the program takes care of
		stuck := make(chan struct{})
		var stderr strings.Builder
		end := &exitLimit{limit: commandEnd}
		release := end.hold()
		begun := time.Now()
		time.AfterFunc(time.Hour, release)
		assert.Equal(t, exitFailure, end.bound(ctx, &console{stderr: &stderr}, func() int { <-stuck; return exitOK }))
		assert.Equal(t, time.Hour+commandEnd, time.Since(begun))
		close(stuck)
	})
}

func TestTheEndIsToldToNobodyWhoDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		stuck := blocked{make(chan struct{})}
		begun := time.Now()
		code := (&exitLimit{limit: commandEnd}).bound(ctx, &console{stderr: stuck}, func() int { _, _ = stuck.Write(nil); return exitOK })
		assert.Equal(t, exitFailure, code)
		assert.Equal(t, commandEnd+logTimeout, time.Since(begun))
		close(stuck.released)
	})
}

// blocked is an output that nobody reads.
type blocked struct{ released chan struct{} }

func (b blocked) Write(p []byte) (int, error) {
	<-b.released
	return len(p), nil
}
