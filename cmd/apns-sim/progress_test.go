package main

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestTheProgressIsOneLineThatIsBlankInTheEnd(t *testing.T) {
	var out bytes.Buffer
	ticks, asked := make(chan time.Time), make(chan struct{})
	steps := []controlapi.Progress{{Done: 20, Of: 5000}, {Done: 1500, Of: 5000}}
	failure := errors.New("refused")
	err := tellProgress(&out, ticks, func() (controlapi.Progress, bool) {
		defer func() { asked <- struct{}{} }()
		if len(steps) == 0 {
			return controlapi.Progress{}, false // it has just ended
		}
		now := steps[0]
		steps = steps[1:]
		return now, true
	}, func() error {
		for range 3 {
			ticks <- time.Time{}
			<-asked
		}
		return failure
	})
	require.ErrorIs(t, err, failure)
	assert.Equal(t, "\r20 of 5,000 devices\r1,500 of 5,000 devices\r                      \r", out.String())
}

func TestNothingIsToldOfWhatIsDoneAtOnce(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, tellProgress(&out, nil, nil, func() error { return nil }))
	assert.Empty(t, out.String())
}

// While many devices are being created, their number can be requested.
func TestTheControlAPITellsHowFarTheCreationOfManyDevicesIs(t *testing.T) {
	d := drive(t)
	t.Setenv("APNS_SIM_CONTROL", d.server.Control)
	asks := &remote{controlFlags: controlFlags{Control: d.server.Control}}
	made := make(chan outcome, 1)
	go func() { made <- invoke(t, "device", "create", "--count", "300") }()
	var seen []int
	require.Eventually(t, func() bool {
		if p, ok := asks.progress(t.Context(), sim.DefaultTeam, 300); ok {
			seen = append(seen, p.Done)
		}
		return len(made) > 0
	}, time.Minute, time.Millisecond)
	o := <-made
	require.Zero(t, o.code, o.stderr)
	require.NotEmpty(t, seen)
	assert.IsNonDecreasing(t, seen)
	assert.Positive(t, seen[len(seen)-1])
	_, ok := asks.progress(t.Context(), sim.DefaultTeam, 300)
	assert.False(t, ok, "it is done")
	assert.Empty(t, o.stderr, "nobody watches")
}
