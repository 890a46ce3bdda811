package provider

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Each name belongs to one environment, wherever it arrives.
func TestApplesHostNamesSelectTheEnvironment(t *testing.T) {
	for _, tt := range []struct {
		what, serverName, authority string
		listener, want              apns.Environment
	}{
		{"no name of Apple's", "localhost", "localhost:2197", apns.Sandbox, apns.Sandbox},
		{"SNI", "api.sandbox.push.apple.com", "localhost", apns.Production, apns.Sandbox},
		{"older SNI", "api.development.push.apple.com", "localhost", apns.Production, apns.Sandbox},
		{"authority with port", "localhost", "api.push.apple.com:443", apns.Sandbox, apns.Production},
		{"absolute name", "localhost", "api.sandbox.push.apple.com.:443", apns.Production, apns.Sandbox},
		{"authority in capitals", "localhost", "API.Sandbox.Push.Apple.com", apns.Production, apns.Sandbox},
		{"SNI before the listener", "api.push.apple.com", "localhost", apns.Sandbox, apns.Production},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t)
			w.cfg.Environment = tt.listener
			cfg := clientTLS()
			cfg.ServerName = tt.serverName
			c := w.dialTLS(w.serve(), cfg)
			request := w.good().to(w.tokenIn(tt.want, bundleID))
			request.authority = tt.authority
			got := c.send(request)
			require.Equal(t, 200, got.status, got.body)
			require.Equal(t, tt.want, w.broker.last(t).Environment)
		})
	}
}

func TestAHostHeaderReplacesAMissingAuthority(t *testing.T) {
	w := newFixture(t)
	request := w.good().to(w.tokenIn(apns.Sandbox, bundleID)).add("host", "api.sandbox.push.apple.com")
	request.authority = ""
	require.Equal(t, 200, w.dial().send(request).status, "aioapns")
}

// https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20: as OkHttp does, a client may
// reuse a connection for every name that leads to the same address and is in the
// certificate.
func TestARequestForTheOtherEnvironmentIsMisdirected(t *testing.T) {
	for _, tt := range []struct{ what, serverName, first, second string }{
		{"the connection was opened for production", "api.push.apple.com", "", "api.sandbox.push.apple.com"},
		{"the name is absolute, in capitals", "api.push.apple.com", "", "API.Sandbox.push.apple.com."},
		{"the name is absolute, with a port", "api.push.apple.com", "", "api.sandbox.push.apple.com.:443"},
		{"and the older name", "api.push.apple.com", "", "api.development.push.apple.com:443"},
		{"the connection was opened for the sandbox", "api.sandbox.push.apple.com", "", "API.push.apple.com"},
		{"the first request has chosen", "localhost", "api.sandbox.push.apple.com", "api.push.apple.com"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t)
			cfg := clientTLS()
			cfg.ServerName = tt.serverName
			c := w.dialTLS(w.serve(), cfg)
			if tt.first != "" {
				request := w.good().to(w.tokenIn(apns.Sandbox, bundleID))
				request.authority = tt.first
				require.Equal(t, 200, c.send(request).status)
			}
			request := w.good()
			request.authority = tt.second
			got := c.send(request)
			require.Equal(t, 421, got.status)
			require.Empty(t, got.body)
			events := w.journal.Read(0, 0).Events
			last := events[len(events)-1]
			require.Equal(t, journal.Rejected, last.Kind)
			require.Equal(t, 421, last.Status)
			require.Contains(t, last.Detail, "open another connection")

			request.authority = tt.first
			if tt.first == "" {
				request.authority = tt.serverName
			}
			require.NotEqual(t, 421, c.send(request).status, "the connection serves its own environment on")
		})
	}
}

func TestTheNamesOfACertificateAreOfOneEnvironment(t *testing.T) {
	w := newFixture(t)
	for _, tt := range []struct {
		name string
		want apns.Environment
	}{{"api.push.apple.com", apns.Production}, {"api.sandbox.push.apple.com", apns.Sandbox}, {"", apns.Production}} {
		cfg := clientTLS()
		cfg.ServerName, cfg.InsecureSkipVerify = tt.name, tt.name == ""
		leaf := w.dialTLS(w.serve(), cfg).conn.(*tls.Conn).ConnectionState().PeerCertificates[0]
		for _, name := range leaf.DNSNames {
			if env, ok := apns.HostEnvironment(name); ok {
				require.Equal(t, tt.want, env, name)
			}
		}
	}
}

// "Adding a web service to update passes": passes are pushed in production.
func TestAPassIsPushedInProductionOnly(t *testing.T) {
	const passID = "pass.com.example.ticket"
	for env, want := range map[apns.Environment]string{apns.Production: "", apns.Sandbox: `{"reason":"TopicDisallowed"}`} {
		for _, lenient := range []bool{false, true} {
			w := newFixture(t)
			w.cfg.Environment, w.cfg.Lenient = env, lenient
			require.NoError(t, w.auth.AddApp(team, passID))
			request := w.good().to(w.tokenIn(env, passID)).set(apns.HeaderTopic, passID).drop(apns.HeaderPushType)
			request.body = []byte("{}")
			require.Equal(t, want, w.dial().send(request).body, env)
		}
	}
}
