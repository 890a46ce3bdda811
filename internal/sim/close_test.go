package sim_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// connectProvider is a provider that has connected and sends nothing.
func connectProvider(t *testing.T, s *sim.Simulator) *http2.Framer {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.Info().Provider, "https://"),
		&tls.Config{RootCAs: s.Secrets.PKI.RootPool(), NextProtos: []string{"h2"}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(testTimeout)))
	_, err = io.WriteString(conn, http2.ClientPreface)
	require.NoError(t, err)
	framer := http2.NewFramer(conn, conn)
	require.NoError(t, framer.WriteSettings())
	frame, err := framer.ReadFrame()
	require.NoError(t, err)
	require.IsType(t, &http2.SettingsFrame{}, frame, "the server preface: RFC 9113, 3.4")
	return framer
}

func TestCloseTakesLeaveOfEverybody(t *testing.T) {
	s, err := sim.New(sim.Config{})
	require.NoError(t, err)
	require.NoError(t, s.Start())
	framer := connectProvider(t, s)
	dev := switchOn(t, s, sim.DefaultTopic)
	require.NoError(t, dev.Online(withTimeout(t)))

	require.NoError(t, s.Close())
	assert.False(t, s.Ready())

	goAway := false
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			assert.ErrorIs(t, err, io.EOF, "the provider's connection ends in an orderly way")
			break
		}
		if f, ok := frame.(*http2.GoAwayFrame); ok {
			goAway = true
			assert.Equal(t, http2.ErrCodeNo, f.ErrCode)
		}
	}
	assert.True(t, goAway, "a provider is told: RFC 9113, 6.8")
	assert.ErrorIs(t, dev.await(t, device.EventDisconnected).Err, device.ErrClosed, "so is a device, by TLS")
	for _, address := range addresses(t, s.Info()) {
		require.NoError(t, listen(t, address).Close(), "the address is free again")
	}
	assert.NoError(t, s.Close(), "closing twice changes nothing")
}

func TestCloseBeforeStartHasNothingToDo(t *testing.T) {
	s, err := sim.New(sim.Config{})
	require.NoError(t, err)
	assert.NoError(t, s.Close())
}

func TestCloseTellsWithWhatAListenerHasFailed(t *testing.T) {
	failure := errors.New("out of paint")
	var log logbook
	s, err := sim.New(sim.Config{
		Log: slog.New(slog.NewTextHandler(&log, nil)),
		Control: func(*sim.Simulator) (*sim.ControlAPI, error) {
			return &sim.ControlAPI{Serve: func(_ context.Context, ln net.Listener) error { return errors.Join(failure, ln.Close()) }}, nil
		},
	})
	require.NoError(t, err)
	require.NoError(t, s.Start())
	<-s.Failed()
	assert.ErrorIs(t, s.Close(), failure)
	require.Len(t, log.lines(), 1)
	assert.Contains(t, log.lines()[0], "out of paint")
}

func TestAControlAPIThatCannotBeMadeIsNoSimulator(t *testing.T) {
	failure := errors.New("out of paint")
	_, err := sim.New(sim.Config{Control: func(*sim.Simulator) (*sim.ControlAPI, error) {
		return nil, failure
	}})
	assert.ErrorIs(t, err, failure)
}
