package device

import (
	"crypto/x509"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

func TestConfigurationThatCannotWorkIsRejected(t *testing.T) {
	ca := newAuthority(t)
	good := Config{Identity: ca.identity(t, newKey(t)), RootCAs: ca.pool(), Dial: dialer(nil)}
	_, err := New(good)
	require.NoError(t, err)
	for _, tc := range []struct {
		name    string
		edit    func(*Config)
		problem string
	}{
		{"no dial", func(c *Config) { c.Dial = nil }, "set Config.Dial"},
		{"no roots", func(c *Config) { c.RootCAs = nil }, "set Config.RootCAs"},
		{"no such style", func(c *Config) { c.Style = 9 }, "Style(9)"},
		{"no such environment", func(c *Config) { c.Environment = 7 }, "Environment(7)"},
		{"no topic", func(c *Config) { c.Topics = []string{"a b"} }, `"a b" is no topic`},
		{"no certificate", func(c *Config) { c.Identity.Chain = nil }, "needs a device certificate"},
		{"broken certificate", func(c *Config) { c.Identity.Chain = [][]byte{{1}} }, "read device certificate"},
		{"key of another certificate", func(c *Config) { c.Identity.Key = newKey(t) }, "for another key"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cfg := good
			tc.edit(&cfg)
			_, err := New(cfg)
			assert.ErrorContains(t, err, tc.problem)
		})
	}
}

func TestServerNameFollowsTheEnvironment(t *testing.T) {
	for env, want := range map[apns.Environment]string{
		apns.Production: "courier.push.apple.com",
		apns.Sandbox:    "courier.sandbox.push.apple.com",
	} {
		cfg := Config{Environment: env, RootCAs: x509.NewCertPool()}
		cfg.setDefaults()
		assert.Equal(t, want, cfg.ServerName, env)
	}
}

func TestStylesHaveNames(t *testing.T) {
	for _, style := range []Style{StyleV3, StyleV2, StyleNoALPN, StylePack, StyleBoth} {
		parsed, err := ParseStyle(style.String())
		require.NoError(t, err)
		assert.Equal(t, style, parsed)
	}
	_, err := ParseStyle("v9")
	require.ErrorContains(t, err, "use v3, v2, none, pack or both")
}

func TestEventsHaveNames(t *testing.T) {
	for k := EventConnected; k <= EventNotificationRejected; k++ {
		assert.NotContains(t, k.String(), "event ", "kind %d", k)
	}
	assert.Equal(t, "event 99", EventKind(99).String())
}
