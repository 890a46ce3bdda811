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

// shownSettings returns the output of config show --json by name.
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
	assert.Equal(t, setting{Name: "listen", Value: "127.0.0.1:4000", From: "flag"}, all["listen"])
	assert.Equal(t, setting{Name: "listen-sandbox", Value: "127.0.0.1:0", From: "any-port"}, all["listen-sandbox"])
	assert.Equal(t, setting{Name: "listen-443", Value: sim.Off, From: "any-port"}, all["listen-443"])
}

func TestConfigShowTellsDefaultsAsTheyAre(t *testing.T) {
	all := shownSettings(t)
	// These are zero and say what that means.
	zero := []string{
		"idle-timeout", "burst-limit", "max-requests", "busy-connections", "drain-time", "max-connections", "unregister-seed", "group-window", "channel-budget",
		"initial-window-size", "background-per-hour", "live-activity-per-hour", "enable-timeout", "device-message-ack-delay", "fault-seed",
	}
	for name, one := range all {
		isZero := one.Value == float64(0) || one.Value == "0s"
		assert.Equal(t, isZero, slices.Contains(zero, name), "%s is %v", name, one.Value)
		if isZero {
			assert.NotEmpty(t, one.Means, name)
		}
	}
	assert.EqualValues(t, 1000, all["streams"].Value)
	assert.Equal(t, "30s", all["handshake-timeout"].Value)
	assert.Equal(t, "6000, or 60000 for a channel without storage", all["channel-budget"].Means)
	assert.NotZero(t, all["logins-at-once"].Value)
}

func TestConfigShowHasAValueForEverySetting(t *testing.T) {
	o := invoke(t, "config", "show")
	require.Equal(t, exitOK, o.code, o.stderr)
	lines := strings.Split(strings.TrimSpace(o.stdout), "\n")
	require.Len(t, lines, len(settingFlags(t)), "a head, and every setting but --help-all")
	for _, line := range lines {
		assert.Regexp(t, `^\S+ {2,}\S.* {2,}\S+`, line)
	}
	assert.Regexp(t, `\nidle-timeout +never +default\n`, o.stdout)
	assert.Regexp(t, `\nfault +none +default\n`, o.stdout)
}
