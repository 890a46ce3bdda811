package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/control"
)

func TestWhatWasPushedOutIsSaidBesideTheResponse(t *testing.T) {
	var out, errs bytes.Buffer
	c := &console{stdout: &out, stderr: &errs}
	require.NoError(t, sayEvictions(c, "these are not counted", control.Evictions{}))
	assert.Empty(t, errs.String())
	require.NoError(t, sayEvictions(c, "these are not counted", control.Evictions{Evicted: 3, EvictedFailures: 2}))
	assert.Equal(t, "apns-sim: these are not counted: 3 pushes and 2 failures were evicted from the history since the start; "+
		"--history and --history-bytes set how much it keeps\n", errs.String())
	assert.Empty(t, out.String(), "the response itself is for programs")
}
