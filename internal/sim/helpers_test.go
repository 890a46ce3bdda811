package sim_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// testTimeout is how long a test waits for what should happen at once.
const testTimeout = 10 * time.Second

func withTimeout(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	t.Cleanup(cancel)
	return ctx
}

// start runs a simulator until the test ends.
func start(t *testing.T, cfg sim.Config) *sim.Simulator {
	t.Helper()
	s, err := sim.New(cfg)
	require.NoError(t, err)
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

// nextPort begins somewhere below the ports that systems deal out themselves.
var nextPort = func() *atomic.Int32 {
	var n atomic.Int32
	n.Store(10_000 + rand.Int32N(20_000))
	return &n
}()

// freeAddress is an address that nobody listens on, another one each time. No
// connection of another test gets its port before a listener opens there.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", nextPort.Add(1))
		ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
		if err != nil {
			continue
		}
		require.NoError(t, ln.Close())
		return address
	}
	require.FailNow(t, "no port is free")
	return ""
}

func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	return ln
}

// activate makes the identity of a new device, which is for the given apps of
// the default team.
func activate(t *testing.T, s *sim.Simulator, topics ...string) device.Identity {
	t.Helper()
	return activateFor(t, s, "", topics...)
}

func activateFor(t *testing.T, s *sim.Simulator, team string, topics ...string) device.Identity {
	t.Helper()
	key, err := pki.NewKey()
	require.NoError(t, err)
	chain, err := s.DeviceControl.Activate(signingRequest(t, key), topics, team)
	require.NoError(t, err)
	return device.Identity{Chain: chain, Key: key}
}

// A runningDevice is a device.
type runningDevice struct {
	*device.Device
	events chan device.Event
}

// switchOn runs a device with an app until the test ends.
func switchOn(t *testing.T, s *sim.Simulator, topic string) *runningDevice {
	t.Helper()
	return switchOnIn(t, s, "", topic)
}

// switchOnIn is switchOn with an app of a team.
func switchOnIn(t *testing.T, s *sim.Simulator, team, topic string) *runningDevice {
	t.Helper()
	p := &runningDevice{events: make(chan device.Event, 64)}
	var err error
	p.Device, err = device.New(device.Config{
		Identity: activateFor(t, s, team, topic), RootCAs: s.Secrets.PKI.RootPool(), Topics: []string{topic},
		Dial: func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", s.Info().Device)
		},
		OnEvent: func(e device.Event) { p.events <- e },
	})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { assert.NoError(t, p.Run(ctx)) })
	t.Cleanup(func() { stop(); running.Wait() })
	return p
}

// await returns the next event of a kind.
func (p *runningDevice) await(t *testing.T, kind device.EventKind) device.Event {
	t.Helper()
	for ctx := withTimeout(t); ; {
		select {
		case e := <-p.events:
			if e.Kind == kind {
				return e
			}
		case <-ctx.Done():
			require.FailNow(t, "the device does not report "+kind.String())
		}
	}
}

// httpClient is a provider's: HTTP/2, and trust in the simulator's root alone.
func httpClient(t *testing.T, s *sim.Simulator) *http.Client {
	t.Helper()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(s.RootPEM()))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: testTimeout}
}

// push sends a payload as the default team does, and wants it accepted.
func push(t *testing.T, s *sim.Simulator, to apns.DeviceToken, payload []byte, headers map[string]string) {
	t.Helper()
	status, body := post(t, s, s.Info().Provider, to, payload, headers)
	require.Equal(t, http.StatusOK, status, body)
}

// post sends a payload to a provider API as the default team does.
func post(t *testing.T, s *sim.Simulator, api string, to apns.DeviceToken, payload []byte, headers map[string]string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, api+"/3/device/"+to.String(), bytes.NewReader(payload))
	require.NoError(t, err)
	key := s.Secrets.Keys[0]
	token, err := providerauth.Sign(key.Private, key.KeyID, key.TeamID, s.Clock.Now())
	require.NoError(t, err)
	request.Header.Set(apns.HeaderAuthorization, "bearer "+token)
	request.Header.Set(apns.HeaderPushType, "alert")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := httpClient(t, s).Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, 2, response.ProtoMajor, "the provider API is HTTP/2")
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(content)
}

// awaitEvent waits until the journal has an event of a kind.
func awaitEvent(t *testing.T, s *sim.Simulator, kind journal.Kind) journal.Event {
	t.Helper()
	ctx := withTimeout(t)
	for cursor := uint64(0); ; {
		page := s.Journal.Read(cursor, 0)
		for _, e := range page.Events {
			if e.Kind == kind {
				return e
			}
		}
		cursor = page.Next
		require.NoError(t, s.Journal.Wait(ctx, cursor), "the journal does not say %s", kind)
	}
}

// A logbook is a log that can be read while it is written.
type logbook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSuffix(l.text.String(), "\n"), "\n")
}
