package loadgen

import (
	"bytes"
	"context"
	"crypto"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// timeout is how long anything may take that should take moments.
const timeout = 30 * time.Second

// A harness is a simulator on loopback sockets, and a fleet in front of it.
type harness struct {
	*testing.T
	sim    *sim.Simulator
	record bytes.Buffer // whole when run has returned
	cfg    Config
	fleet  *Fleet
	stop   context.CancelFunc
	ended  chan error
}

func newHarness(t *testing.T, count int) *harness {
	simulator, err := sim.New(sim.Config{})
	require.NoError(t, err)
	require.NoError(t, simulator.Start())
	t.Cleanup(func() { assert.NoError(t, simulator.Close()) })
	h := &harness{T: t, sim: simulator, ended: make(chan error, 1)}
	h.cfg = Config{
		Count: count, Seed: 1, Record: &h.record,
		Device: device.Config{Topics: []string{sim.DefaultTopic}, RootCAs: simulator.Secrets.PKI.RootPool()},
		Activate: func(_ context.Context, key crypto.Signer, _ apns.DeviceID) (device.Identity, error) {
			identity, err := simulator.Secrets.PKI.IssueDevice(key, "")
			if err != nil {
				return device.Identity{}, err
			}
			return device.Identity{Chain: identity.Chain, Key: identity.Key}, nil
		},
		Dial: func(ctx context.Context, _ int, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", simulator.Info().Device)
		},
	}
	return h
}

// run starts the fleet.
func (h *harness) run() {
	h.Helper()
	var err error
	h.fleet, err = New(h.cfg)
	require.NoError(h, err)
	ctx, stop := context.WithCancel(h.Context())
	h.stop = stop
	h.Cleanup(stop)
	go func() { h.ended <- h.fleet.Run(ctx) }()
}

// end ends the fleet and gives its account.
func (h *harness) end() Summary {
	h.Helper()
	h.stop()
	require.NoError(h, <-h.ended)
	return h.fleet.Summary()
}

// await waits until the account is as it should be.
func (h *harness) await(because string, ready func(Summary) bool) {
	h.Helper()
	require.Eventually(h, func() bool { return ready(h.fleet.Summary()) }, timeout, 5*time.Millisecond, because)
}

// entries gives the record.
func (h *harness) entries() (all []Entry) {
	h.Helper()
	for line := range bytes.Lines(h.record.Bytes()) {
		var e Entry
		require.NoError(h, json.Unmarshal(line, &e))
		all = append(all, e)
	}
	return all
}

// A pusher is a provider.
type pusher struct {
	h      *harness
	client *http.Client
	bearer string
}

func (h *harness) pusher() *pusher {
	key := h.sim.Secrets.Keys[0]
	token, err := providerauth.Sign(key.Private, key.KeyID, key.TeamID, h.sim.Clock.Now())
	require.NoError(h, err)
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: h.sim.Secrets.PKI.RootPool(), MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true,
	}
	h.Cleanup(transport.CloseIdleConnections)
	return &pusher{h, &http.Client{Transport: transport}, "bearer " + token}
}

// push sends a push with a name, to be kept for an hour, and tells whether it was taken.
func (p *pusher) push(ctx context.Context, token apns.DeviceToken, id int) (accepted bool, err error) {
	body := strings.NewReader(fmt.Sprintf(`{"aps":{"alert":"hi"},"id":%d}`, id))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.h.sim.Info().Provider+"/3/device/"+token.String(), body)
	if err != nil {
		return false, err
	}
	r.Header.Set("Authorization", p.bearer)
	r.Header.Set("apns-topic", sim.DefaultTopic)
	r.Header.Set("apns-expiration", fmt.Sprint(time.Now().Add(time.Hour).Unix()))
	response, err := p.client.Do(r)
	if err != nil {
		return false, err
	}
	return response.StatusCode == http.StatusOK, response.Body.Close()
}

func TestFiveHundredDevicesReceiveEachPushOnce(t *testing.T) {
	const count = 500
	h := newHarness(t, count)
	h.run()
	h.await("all are connected and have their tokens", func(s Summary) bool { return s.Connected == count && s.Tokens == count })
	tokens := h.fleet.Tokens()
	require.Len(t, tokens, count)

	p := h.pusher()
	const rounds = 4
	var pushing sync.WaitGroup
	for i := range rounds {
		pushing.Go(func() {
			for n, token := range tokens {
				accepted, err := p.push(t.Context(), token.DeviceToken, n*rounds+i)
				if !assert.NoError(t, err) || !assert.True(t, accepted) {
					return
				}
			}
		})
	}
	pushing.Wait()
	h.await("each push arrives", func(s Summary) bool { return s.Received == count*rounds })
	s := h.end()

	assert.Equal(t, "ended", s.Phase)
	assert.EqualValues(t, count, s.Logins)
	assert.EqualValues(t, count, s.TokensIssued)
	assert.Zero(t, s.Duplicates+s.Rejected+s.ConnectFailures+s.Lost+s.GivenUp)
	assert.EqualValues(t, count*rounds, s.Delivery.Count)
	assert.Positive(t, s.Delivery.P50)
	assert.LessOrEqual(t, s.Delivery.P50, s.Delivery.P99)
	assert.EqualValues(t, count, s.Connect.Count)
	assert.EqualValues(t, count, s.Login.Count)

	times := make(map[string]int)
	for _, e := range h.entries() {
		if e.Event == "notification" {
			times[fmt.Sprintf("%s %s", e.DeviceToken, e.ID)]++
			assert.Equal(t, tokens[e.Number].DeviceToken, e.DeviceToken)
			assert.Equal(t, tokens[e.Number].Device, e.Device)
			assert.Nil(t, e.PayloadBase64, "the name says it all")
		}
	}
	assert.Len(t, times, count*rounds, "the record names each push")
}

func TestSecondRunHasTheSameDevicesAndTokens(t *testing.T) {
	const count = 20
	h := newHarness(t, count)
	dir := t.TempDir()
	var err error
	h.cfg.Store, err = OpenStore(dir)
	require.NoError(t, err)
	h.run()
	h.await("all have their tokens", func(s Summary) bool { return s.Tokens == count })
	first := h.fleet.Tokens()
	h.end()
	require.NoError(t, h.cfg.Store.Close())

	h.cfg.Store = openStore(t, dir)
	h.cfg.Activate = func(context.Context, crypto.Signer, apns.DeviceID) (device.Identity, error) {
		return device.Identity{}, errors.New("asked for an identity that is known")
	}
	h.run()
	h.await("all are connected again", func(s Summary) bool { return s.Connected == count })
	assert.Equal(t, first, h.fleet.Tokens())
	s := h.end()
	assert.Zero(t, s.TokensIssued, "the sealed tokens are good")
}

// Whether a token is void is not known before a push is turned away.
func TestNextRunDoesNotHoldTheTokensOfAppsThatWereUninstalled(t *testing.T) {
	h := newHarness(t, 2)
	dir := t.TempDir()
	var err error
	h.cfg.Store, err = OpenStore(dir)
	require.NoError(t, err)
	h.run()
	h.await("all have tokens", func(s Summary) bool { return s.Tokens == 2 })
	require.NoError(t, h.fleet.members[0].uninstall(h.cfg.Device.Topics))
	held := h.fleet.Tokens()
	require.Len(t, held, 1)
	h.end()
	require.NoError(t, h.cfg.Store.Close())

	store := openStore(t, dir)
	assert.Empty(t, store.tokensOf(0, apns.Production).Apps)
	assert.NotEmpty(t, store.tokensOf(0, apns.Production).Base, "it is the device's own")
	assert.Equal(t, held[0].DeviceToken, store.tokensOf(1, apns.Production).Apps[h.cfg.Device.Topics[0]])
}

func TestActivationThatFailsEndsTheFleet(t *testing.T) {
	h := newHarness(t, 20)
	refused := errors.New("no more certificates")
	h.cfg.Activate = func(context.Context, crypto.Signer, apns.DeviceID) (device.Identity, error) {
		return device.Identity{}, refused
	}
	h.run()
	require.ErrorIs(t, <-h.ended, refused)
	assert.Equal(t, "ended", h.fleet.Summary().Phase)
}

func TestConfigurationThatCannotWorkIsRefused(t *testing.T) {
	good := newHarness(t, 1).cfg
	for want, spoil := range map[string]func(*Config){
		"0 devices are no fleet": func(c *Config) { c.Count = 0 },
		"set Config.Activate":    func(c *Config) { c.Activate = nil },
		"set Config.Dial":        func(c *Config) { c.Dial = nil },
		"Config.Device.Topics":   func(c *Config) { c.Device.Topics = nil },
	} {
		cfg := good
		spoil(&cfg)
		_, err := New(cfg)
		assert.ErrorContains(t, err, want)
	}
}
