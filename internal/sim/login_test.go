package sim_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// runDevice runs a device with any identity until the test ends.
func runDevice(t *testing.T, s *sim.Simulator, identity device.Identity) *runningDevice {
	t.Helper()
	p := &runningDevice{events: make(chan device.Event, 64)}
	var err error
	p.Device, err = device.New(device.Config{
		Identity: identity, RootCAs: s.Secrets.PKI.RootPool(), Topics: []string{sim.DefaultTopic},
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", s.Info().Device)
		},
		OnEvent: func(e device.Event) {
			select {
			case p.events <- e:
			default: // a device that is refused tries again and again
			}
		},
	})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := p.Run(ctx); err != nil {
			t.Log("the device gave up:", err)
		}
	})
	t.Cleanup(func() { stop(); running.Wait() })
	return p
}

func TestADeviceOfAnotherAuthorityIsAcceptedOnRequest(t *testing.T) {
	elsewhere, err := pki.New(pki.Options{})
	require.NoError(t, err)
	other, err := elsewhere.IssueDevice(nil, "")
	require.NoError(t, err)
	s := start(t, sim.Config{AnyDeviceCertificate: true})
	p := runDevice(t, s, device.Identity{Chain: other.Chain, Key: other.Key})
	p.await(t, device.EventConnected)

	strict := start(t, sim.Config{})
	refused := runDevice(t, strict, device.Identity{Chain: other.Chain, Key: other.Key})
	refused.await(t, device.EventIdentityRejected)
	for _, e := range strict.Journal.Read(0, 0).Events {
		assert.NotEqual(t, journal.Connected, e.Kind, "otherwise it is not")
	}
}
