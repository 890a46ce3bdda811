package provider

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

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
