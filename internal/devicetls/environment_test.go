package devicetls_test

import (
	"crypto/tls"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

func TestTheListenerDecidesTheEnvironmentUnlessTheSandboxIsNamed(t *testing.T) {
	const production, sandbox = "courier.push.apple.com", "courier.sandbox.push.apple.com"
	for _, row := range []struct {
		listener   apns.Environment
		serverName string
		want       apns.Environment
		reason     string
	}{
		{apns.Production, production, apns.Production, "both agree"},
		{apns.Production, sandbox, apns.Sandbox, "one listener may serve both"},
		{apns.Production, "7-" + sandbox, apns.Sandbox, "the numbered host"},
		{apns.Production, "Courier.Sandbox.Push.Apple.Com", apns.Sandbox, "host names have no case"},
		{apns.Production, "localhost", apns.Production, "the name says nothing"},
		{apns.Sandbox, production, apns.Sandbox, "clients dial the sandbox with the name of production"},
		{apns.Sandbox, sandbox, apns.Sandbox, "both agree"},
	} {
		t.Run(row.listener.String()+"/"+row.serverName, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t, func(c *devicetls.Config) { c.Environment = row.listener })
				p := w.dial(w.identity(nil), v3, func(c *tls.Config) { c.ServerName = row.serverName })
				p.connect(nil)
				claims, err := w.vault.Decrypt(p.token)
				require.NoError(t, err)
				assert.Equal(t, tokenvault.Address{Environment: row.want, Device: p.address().Device}, claims.Address, row.reason)
			})
		})
	}
}
