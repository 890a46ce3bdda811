package sim_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

// holdOpen is a control API that answers nothing.
func holdOpen(*sim.Simulator) (*sim.ControlAPI, error) {
	return &sim.ControlAPI{Serve: func(ctx context.Context, ln net.Listener) error {
		<-ctx.Done()
		return ln.Close()
	}}, nil
}

// addresses lists the listeners of a ready record, host:port.
func addresses(t *testing.T, info sim.Info) map[sim.Listener]string {
	t.Helper()
	open := map[sim.Listener]string{}
	for listener, at := range map[sim.Listener]string{
		sim.Provider: info.Provider, sim.Provider443: info.Provider443, sim.ProviderSandbox: info.ProviderSandbox,
		sim.Device: info.Device, sim.DeviceSandbox: info.DeviceSandbox,
		sim.Channels: info.Channels, sim.ChannelsSandbox: info.ChannelsSandbox, sim.ControlListener: info.Control, sim.ProxyListener: info.Proxy,
	} {
		if u, err := url.Parse(at); err == nil && u.Host != "" {
			at = u.Host
		}
		if at != "" {
			open[listener] = at
		}
	}
	return open
}

func wantOpen(t *testing.T, address string) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(withTimeout(t), "tcp", address)
	if assert.NoError(t, err) {
		assert.NoError(t, conn.Close())
	}
}

func TestEveryListenerOfTheConfigurationIsOpenWhereTheRecordSays(t *testing.T) {
	cfg := sim.Config{Addresses: sim.Addresses{}, Control: holdOpen}
	for _, d := range sim.Listeners() {
		cfg.Addresses[d.Listener] = freeAddress(t)
	}
	s := start(t, cfg)
	assert.Equal(t, map[sim.Listener]string(cfg.Addresses), addresses(t, s.Info()))
	for _, address := range addresses(t, s.Info()) {
		wantOpen(t, address)
	}
	assert.True(t, s.Ready())
	assert.Equal(t, "ready", s.Info().Event)
	assert.Equal(t, os.Getpid(), s.Info().PID)
	assert.Equal(t, sim.DefaultTeamInfo{TeamID: sim.DefaultTeam, KeyID: sim.DefaultKey, Topic: sim.DefaultTopic}, s.Info().DefaultTeam, "no files were asked for")
}

func TestTheZeroConfigurationOpensFreePortsOfLoopback(t *testing.T) {
	open := addresses(t, start(t, sim.Config{}).Info())
	assert.Len(t, open, 6, "no control API was given, and 443 is only opened on demand")
	for listener, address := range open {
		assert.True(t, strings.HasPrefix(address, "127.0.0.1:"), "%s", sim.Listeners()[listener].Flag)
		wantOpen(t, address)
	}
}

func TestClosedListenersAreNotInTheRecord(t *testing.T) {
	cfg := sim.Config{Control: holdOpen, Addresses: sim.Addresses{}}
	for _, d := range sim.Listeners() {
		cfg.Addresses[d.Listener] = sim.Off
	}
	assert.Empty(t, addresses(t, start(t, cfg).Info()))
}

func TestAListenerOnEveryInterfaceIsDescribedByLoopback(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0", ":0"} {
		t.Run(address, func(t *testing.T) {
			s := start(t, sim.Config{Addresses: sim.Addresses{sim.Provider: address}})
			assert.Contains(t, s.Info().Provider, "https://127.0.0.1:", "package net listens on both families")
			wantOpen(t, addresses(t, s.Info())[sim.Provider])
		})
	}
}

func TestAListenerThatCannotBeOpenedStopsTheStartAndClosesTheOthers(t *testing.T) {
	taken := listen(t, "127.0.0.1:0").Addr().String()
	for _, tc := range []struct{ name, address, cause string }{
		{"taken", taken, "address already in use"},
		{"no port", "127.0.0.1", "missing port in address"},
		{"auto where there is no fixed address", sim.Auto, "missing port in address"},
	} {
		for _, d := range sim.Listeners() {
			if d.Fixed != "" && tc.address == sim.Auto {
				continue
			}
			t.Run(tc.name+" "+d.Flag, func(t *testing.T) {
				cfg := sim.Config{Addresses: sim.Addresses{}, Control: holdOpen}
				for _, other := range sim.Listeners() {
					cfg.Addresses[other.Listener] = freeAddress(t)
				}
				cfg.Addresses[d.Listener] = tc.address
				s, err := sim.New(cfg)
				require.NoError(t, err)
				err = s.Start()

				wrong, ok := errors.AsType[*sim.AddressError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, d, wrong.Listener)
				assert.Equal(t, tc.address, wrong.Address)
				assert.ErrorContains(t, err, "--"+d.Flag, "the remedy")
				assert.ErrorContains(t, err, tc.cause)
				assert.Equal(t, 1, strings.Count(err.Error(), tc.address), "the address is named once: %v", err)
				assert.False(t, s.Ready())
				for listener, address := range cfg.Addresses {
					if listener != d.Listener {
						require.NoError(t, listen(t, address).Close(), "nothing stays open")
					}
				}
			})
		}
	}
}

func TestPort443IsOpenedByItselfWhenItIsFree(t *testing.T) {
	free := freeAddress(t)
	sim.SetFixed443(t, free)
	s := start(t, sim.Config{Addresses: sim.Addresses{sim.Provider443: sim.Auto}})
	assert.Equal(t, "https://"+free, s.Info().Provider443)
	wantOpen(t, free)
}

func TestPort443IsLeftAloneWithOneLineWhenItIsTaken(t *testing.T) {
	taken := listen(t, "127.0.0.1:0").Addr().String()
	sim.SetFixed443(t, taken)
	var log logbook
	s := start(t, sim.Config{
		Addresses: sim.Addresses{sim.Provider443: sim.Auto},
		Log:       slog.New(slog.NewTextHandler(&log, nil)),
	})
	assert.Empty(t, s.Info().Provider443)
	assert.NotEmpty(t, s.Info().Provider, "the other listeners are open")
	require.Len(t, log.lines(), 1)
	assert.Contains(t, log.lines()[0], taken)
	assert.Contains(t, log.lines()[0], "--listen-443")
	assert.Contains(t, log.lines()[0], "address already in use")
}

func TestTheTableOfListenersCannotBeChangedFromOutside(t *testing.T) {
	sim.Listeners()[0].Flag = "changed"
	assert.Equal(t, "listen", sim.Listeners()[0].Flag)
}

func TestAutomaticWordsStandForTheFixedPort(t *testing.T) {
	for _, d := range sim.Listeners() {
		address, ok := d.Automatic(sim.AutoAt("0.0.0.0"))
		assert.Equal(t, d.Fixed != "", ok, d.Flag)
		if ok {
			assert.Equal(t, "0.0.0.0:443", address)
			address, ok = d.Automatic(sim.Auto)
			assert.True(t, ok)
			assert.Equal(t, d.Fixed, address)
			_, ok = d.Automatic("127.0.0.1:443")
			assert.False(t, ok, "an address is itself")
		}
	}
}
