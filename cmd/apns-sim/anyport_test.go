package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestAnyPortLeavesAddressesThatAreSetAsTheyAre(t *testing.T) {
	provider, device, sandbox := free(t), free(t), free(t)
	t.Setenv("APNS_SIM_LISTEN_DEVICE", device)
	s := serve(t, "--any-port", "--listen", provider, "--config", written(t, "listen-sandbox: "+sandbox+"\n"), "--listen-channels", "off")
	assert.Equal(t, "https://"+provider, s.Provider, "by flag")
	assert.Equal(t, device, s.Device, "by variable")
	assert.Equal(t, "https://"+sandbox, s.ProviderSandbox, "by file")
	assert.Empty(t, s.Channels)
	assert.Contains(t, s.ChannelsSandbox, "https://127.0.0.1:")
	assert.Contains(t, s.Control, "http://127.0.0.1:")
	assert.Empty(t, s.Provider443+s.Proxy, "optional listeners stay closed")
}

// shownSettings is what config show tells.
func shownSettings(t *testing.T, args ...string) map[string]setting {
	t.Helper()
	all := map[string]setting{}
	for line := range strings.Lines(succeed(t, append([]string{"config", "show", "--json"}, args...)...)) {
		var one setting
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		all[one.Name] = one
	}
	return all
}

func TestConfigShowTellsWhereAnyPortLeads(t *testing.T) {
	all := shownSettings(t, "--any-port", "--listen", "127.0.0.1:4000")
	assert.Equal(t, setting{"listen", "127.0.0.1:4000", "flag"}, all["listen"])
	assert.Equal(t, setting{"listen-sandbox", "127.0.0.1:0", "any-port"}, all["listen-sandbox"])
	assert.Equal(t, setting{"listen-443", sim.Off, "any-port"}, all["listen-443"])
}

func TestConfigShowTellsDefaultsAsTheyAre(t *testing.T) {
	all := shownSettings(t)
	// What is zero is off, drawn, or unlimited, as its help says.
	zero := []string{
		"idle-timeout", "burst-limit", "max-requests", "busy-connections", "drain-time", "max-connections", "unregister-seed", "group",
		"initial-window-size", "background-per-hour", "live-activity-per-hour", "never-enabled", "upload-ack-delay", "fault-seed",
	}
	for name, one := range all {
		isZero := one.Value == float64(0) || one.Value == "0s"
		assert.Equal(t, isZero, slices.Contains(zero, name), "%s is %v", name, one.Value)
	}
	assert.EqualValues(t, 1000, all["streams"].Value)
	assert.Equal(t, "30s", all["handshake-timeout"].Value)
	assert.Equal(t, "6000, without storage 60000", all["channel-budget"].Value)
	assert.NotZero(t, all["logins-at-once"].Value)
}
