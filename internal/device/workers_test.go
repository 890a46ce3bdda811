package device

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestADeviceIsStartedIfItHasWorkersAndRunOtherwise(t *testing.T) {
	ca := newAuthority(t)
	cfg := Config{Identity: ca.identity(t, newKey(t)), RootCAs: ca.pool(), Dial: dialer(nil)}
	d, err := New(cfg)
	require.NoError(t, err)
	require.ErrorContains(t, d.Start(), "call Run")

	cfg.Workers = NewWorkers()
	d, err = New(cfg)
	require.NoError(t, err)
	require.ErrorContains(t, d.Run(t.Context()), "call Start")
	d.Connect() // nobody comes before Start
	cfg.Workers.Close()
}
