package apnstest

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// DefaultTimeout is how long helpers wait for what should happen at once.
const DefaultTimeout = 10 * time.Second

// A Server is a simulated APNs. Its fields are set by NewServer and Start.
type Server struct {
	// URL and SandboxURL are the provider APIs of the two environments, of the
	// form https://127.0.0.1:port.
	URL, SandboxURL string
	// ChannelsURL and SandboxChannelsURL are where broadcast channels are managed.
	ChannelsURL, SandboxChannelsURL string
	// DeviceAddr and SandboxDeviceAddr are where devices connect, host:port.
	DeviceAddr, SandboxDeviceAddr string
	// RootCAs holds the root certificate that clients have to trust.
	RootCAs *x509.CertPool
	// TeamID, KeyID and Key are those of the team that owns the apps: what a
	// provider needs to sign its tokens.
	TeamID, KeyID string
	Key           *ecdsa.PrivateKey

	// Config may be changed between NewUnstartedServer and Start.
	Config Config

	tb      testing.TB
	clock   clock.Clock
	started *sim.Simulator

	mu    sync.Mutex
	conns []*http.Transport
}

// Config is what can be chosen about a Server. Its zero value is a useful one.
type Config struct {
	// StoredPerApp is how many notifications wait per app for a device that is
	// away; 0 means 1, as Apple documents.
	StoredPerApp int
	// TokenLength is the length of device tokens in bytes; 0 means 32.
	TokenLength int
	// UnregisterDelay is how long after [Device.Uninstall] a push to the app is
	// still accepted, and dropped, as APNs does on purpose; 0 means not at all.
	UnregisterDelay time.Duration
	// Timeout is how long helpers wait before they fail the test; 0 means
	// [DefaultTimeout].
	Timeout time.Duration
	// Log receives what the simulator logs; nil is silent.
	Log *slog.Logger
}

// NewServer starts a server that ends with the test.
func NewServer(tb testing.TB) *Server {
	tb.Helper()
	s := NewUnstartedServer(tb)
	s.Start()
	return s
}

// NewUnstartedServer returns a server whose Config can still be changed.
func NewUnstartedServer(tb testing.TB) *Server {
	tb.Helper()
	return &Server{tb: tb}
}

// Start opens the server. It ends with the test.
func (s *Server) Start() {
	s.tb.Helper()
	if s.started != nil {
		s.tb.Fatal("apnstest: the server is started already")
	}
	if s.Config.Timeout == 0 {
		s.Config.Timeout = DefaultTimeout
	}
	simulator, err := sim.New(sim.Config{
		Broker:      broker.Config{Storage: broker.Storage{PerApp: s.Config.StoredPerApp}},
		TokenLength: s.Config.TokenLength,

		UnregisterDelay: tokenvault.Delay{Min: s.Config.UnregisterDelay},
		Clock:           &s.clock,
		Log:             s.Config.Log,
	})
	if err == nil {
		err = simulator.Start()
	}
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	s.started = simulator
	s.tb.Cleanup(s.close)
	info := simulator.Info()
	s.URL, s.SandboxURL = info.Provider, info.ProviderSandbox
	s.ChannelsURL, s.SandboxChannelsURL = info.Channels, info.ChannelsSandbox
	s.DeviceAddr, s.SandboxDeviceAddr = info.Device, info.DeviceSandbox
	s.RootCAs = simulator.Secrets.PKI.RootPool()
	key := simulator.Secrets.Keys[0]
	s.TeamID, s.KeyID, s.Key = key.TeamID, key.KeyID, key.Private
}

// close ends the server. Devices made with NewDevice have ended before.
func (s *Server) close() {
	s.mu.Lock()
	for _, t := range s.conns {
		t.CloseIdleConnections()
	}
	s.mu.Unlock()
	if err := s.started.Close(); err != nil {
		s.tb.Errorf("apnstest: %v", err)
	}
}

// Client returns an HTTP/2 client that trusts the server, for provider code
// that takes an *http.Client. Certificates, if given, are shown to the server;
// see [App.Certificate].
func (s *Server) Client(certificates ...tls.Certificate) *http.Client {
	t := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: s.RootCAs, Certificates: certificates},
		ForceAttemptHTTP2: true,
	}
	s.mu.Lock()
	s.conns = append(s.conns, t)
	s.mu.Unlock()
	return &http.Client{Transport: t, Timeout: s.Config.Timeout}
}

// ProviderToken signs a provider token, for requests made by hand:
//
//	request.Header.Set("authorization", "bearer "+apple.ProviderToken())
func (s *Server) ProviderToken() string {
	s.tb.Helper()
	token, err := providerauth.Sign(s.Key, s.KeyID, s.TeamID, s.clock.Now())
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	return token
}

// Advance moves the server's clock: provider tokens grow old, and stored
// notifications expire.
func (s *Server) Advance(d time.Duration) { s.clock.Advance(d) }

// History tells what became of the notification with an apns-id, one line for
// each thing that happened: "received", "accepted", "sent", "delivered", or
// "rejected BadDeviceToken", "stored device-offline", "dropped expired". It is
// empty for an id the server does not know any more.
func (s *Server) History(apnsID string) (lines []string) {
	for _, e := range s.started.Journal.Read(0, 0).Events {
		if e.Push == nil || e.Push.ID != apnsID {
			continue
		}
		line := e.Kind.String()
		if e.Cause != "" {
			line = fmt.Sprint(line, " ", e.Cause)
		}
		lines = append(lines, line)
	}
	return lines
}

// Advice tells what a device would not show of the notification with an
// apns-id, although APNs accepts it: misspelled keys, wrong types, a push type
// that does not fit the payload. APNs itself never says so.
func (s *Server) Advice(apnsID string) []apns.Advice {
	for _, e := range s.started.Journal.Read(0, 0).Events {
		if e.Push != nil && e.Push.ID == apnsID {
			return e.Advice()
		}
	}
	return nil
}
