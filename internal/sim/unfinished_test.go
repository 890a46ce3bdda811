package sim_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestWhatCloseWaitsForHasAName(t *testing.T) {
	stuck := make(chan struct{})
	s, err := sim.New(sim.Config{Control: func(*sim.Simulator) (*sim.ControlAPI, error) {
		return &sim.ControlAPI{Serve: func(_ context.Context, ln net.Listener) error {
			<-stuck
			return ln.Close()
		}}, nil
	}})
	require.NoError(t, err)
	require.NoError(t, s.Start())
	assert.Contains(t, s.Unfinished(), "devices, production")
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	assert.Eventually(t, func() bool { u := s.Unfinished(); return len(u) == 1 && u[0] == "control API" }, testTimeout, time.Millisecond)
	close(stuck)
	require.NoError(t, <-closed)
	assert.Empty(t, s.Unfinished())
}
