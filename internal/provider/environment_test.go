package provider

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
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

// "Adding a web service to update passes": passes are pushed in production.
func TestAPassIsPushedInProductionOnly(t *testing.T) {
	const passID = "pass.com.example.ticket"
	for env, want := range map[apns.Environment]string{apns.Production: "", apns.Sandbox: `{"reason":"TopicDisallowed"}`} {
		for _, acceptUnknown := range []bool{false, true} {
			w := newFixture(t)
			w.cfg.Environment, w.cfg.AcceptUnknown = env, acceptUnknown
			require.NoError(t, w.auth.AddApp(team, passID))
			request := w.good().to(w.tokenIn(env, passID)).set(apns.HeaderTopic, passID).drop(apns.HeaderPushType)
			request.body = []byte("{}")
			require.Equal(t, want, w.dial().send(request).body, env)
		}
	}
}
