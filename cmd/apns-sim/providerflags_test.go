package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/provider"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// configured is what the flags of serve make of a configuration.
func configured(t *testing.T, args ...string) sim.Config {
	t.Helper()
	c, _, err := parseArgs(t, append([]string{"serve", "--any-port"}, args...))
	require.NoError(t, err)
	cfg, err := c.Serve.config()
	require.NoError(t, err)
	return cfg
}

func TestWithoutFlagsTheRulesAreTheDefaults(t *testing.T) {
	cfg := configured(t)
	assert.Equal(t, provider.Config{
		Streams: provider.DefaultStreams, FirstStreams: provider.DefaultFirstStreams, MaxErrors: provider.DefaultMaxErrors,
		ErrorWindow: provider.DefaultErrorWindow, BadTokenErrors: provider.DefaultBadTokenErrors, BurstWindow: provider.DefaultBurstWindow,
		HandshakeTimeout: provider.DefaultHandshakeTimeout,
		Settings: provider.Settings{
			HeaderTableSize: provider.DefaultHeaderTableSize,
			MaxFrameSize:    provider.DefaultMaxFrameSize, MaxHeaderListSize: provider.DefaultMaxHeaderListSize,
		},
	}, cfg.Provider)
	assert.Equal(t, providerauth.Config{
		MaxAge: providerauth.DefaultMaxAge, MaxFuture: providerauth.DefaultMaxFuture, UpdateWindow: providerauth.DefaultUpdateWindow,
	}, cfg.Auth)
	assert.Zero(t, cfg.Broker.ChannelBudget)
	assert.Empty(t, cfg.Outage)
	assert.Empty(t, cfg.SuspendedTeams)
	assert.Empty(t, cfg.Keys)
}

func TestEachRuleHasItsFlag(t *testing.T) {
	for _, tc := range []struct {
		flags string
		want  func(*sim.Config)
	}{
		{"--idle-timeout 1h", func(c *sim.Config) { c.Provider.IdleTimeout = time.Hour }},
		{"--burst-limit 3 --burst-window 5s", func(c *sim.Config) { c.Provider.BurstLimit, c.Provider.BurstWindow = 3, 5*time.Second }},
		{"--max-errors 7", func(c *sim.Config) { c.Provider.MaxErrors = 7 }},
		{"--max-errors=-1", func(c *sim.Config) { c.Provider.MaxErrors = -1 }},
		{"--max-requests 50000", func(c *sim.Config) { c.Provider.MaxRequests = 50_000 }},
		{"--busy-connections 2", func(c *sim.Config) { c.Provider.BusyConnections = 2 }},
		{"--drain-time 1500ms", func(c *sim.Config) { c.Provider.DrainTime = 1500 * time.Millisecond }},
		{"--channel-budget 4", func(c *sim.Config) { c.Broker.ChannelBudget = broker.Budget{Stored: 4, Unstored: 4} }},
		{"--update-scope key", func(c *sim.Config) { c.Auth.UpdateScope = providerauth.ScopeKey }},
		{"--update-scope source", func(c *sim.Config) { c.Auth.UpdateScope = providerauth.ScopeSource }},
		{"--streams 500", func(c *sim.Config) { c.Provider.Streams = 500 }},
		{"--first-streams 10 --lower-streams rejected", func(c *sim.Config) { c.Provider.FirstStreams, c.Provider.LowerStreams = 10, provider.LowerRejected }},
		{"--lower-streams never --overrun-ends", func(c *sim.Config) { c.Provider.LowerStreams, c.Provider.OverrunEnds = provider.LowerNever, true }},
		{"--malformed-ends", func(c *sim.Config) { c.Provider.MalformedEnds = true }},
		{"--header-table-size 1024 --initial-window-size 65535 --max-frame-size 32768 --max-header-list-size 16000", func(c *sim.Config) {
			c.Provider.Settings = provider.Settings{HeaderTableSize: 1024, InitialWindowSize: 65535, MaxFrameSize: 32768, MaxHeaderListSize: 16000}
		}},
		{"--max-connections 600 --handshake-timeout 2s", func(c *sim.Config) { c.Provider.MaxConnections, c.Provider.HandshakeTimeout = 600, 2*time.Second }},
		{"--error-window 10s --bad-token-errors 1 --error-content-type", func(c *sim.Config) {
			c.Provider.ErrorWindow, c.Provider.BadTokenErrors, c.Provider.ErrorContentType = 10*time.Second, 1, true
		}},
		{"--any-priority --reject-token-only", func(c *sim.Config) { c.Provider.AnyPriority, c.Provider.RejectTokenOnly = true, true }},
		{"--token-max-age 2h --token-max-future=-1s --update-window 5m --late-topics", func(c *sim.Config) {
			c.Auth.MaxAge, c.Auth.MaxFuture, c.Auth.UpdateWindow, c.Auth.LateTopics = 2*time.Hour, -time.Second, 5*time.Minute, true
		}},
		{"--backlog 100", func(c *sim.Config) { c.Broker.Backlog = 100 }},
		{"--strict", func(c *sim.Config) { c.Auth.Strict = true }},
		{"--documented-reasons", func(c *sim.Config) { c.Auth.DocumentedKeyReason = true }},
		{"--outage Shutdown", func(c *sim.Config) { c.Outage = apns.Shutdown }},
		{"--suspended-team SIMTEAM001,SIMTEAM001 --suspended-team SIMTEAM001", func(c *sim.Config) {
			c.SuspendedTeams = []string{sim.DefaultTeam, sim.DefaultTeam, sim.DefaultTeam}
		}},
	} {
		t.Run(tc.flags, func(t *testing.T) {
			want, got := configured(t), configured(t, strings.Fields(tc.flags)...)
			tc.want(&want)
			for _, cfg := range []*sim.Config{&want, &got} { // what cannot be compared, and is none of the rules
				cfg.Log, cfg.Control, cfg.Faults.Compile = nil, nil, nil
			}
			assert.Equal(t, want, got)
		})
	}
}

func TestASettingThatNoFrameCanHaveIsNamed(t *testing.T) {
	for flag, want := range map[string]string{
		"--initial-window-size=2147483648": "--initial-window-size is 2147483648; the maximum is 2147483647",
		"--max-frame-size=16383":           "--max-frame-size is 16383; it must be between 16384 and 16777215",
		"--max-frame-size=16777216":        "--max-frame-size is 16777216; it must be between 16384 and 16777215",
	} {
		c, _, err := parseArgs(t, []string{"serve", "--any-port", flag})
		require.NoError(t, err)
		_, err = c.Serve.config()
		assert.EqualError(t, err, want)
	}
}

func TestOldDeviceTokenKeysExpireWithTheStart(t *testing.T) {
	before := time.Now()
	assert.WithinRange(t, configured(t, "--expired-device-token-keys").Provider.OldKeysExpired, before, time.Now())
}

func TestAKeyMayBeRestricted(t *testing.T) {
	file := filepath.Join(keystore.KeyFolder(initialized(t), sim.DefaultTeam), "AuthKey_SIMKEY0001.p8")
	for _, tc := range []struct {
		words string
		want  providerauth.Key
	}{
		{"", providerauth.Key{}},
		{",sandbox", providerauth.Key{Environments: []apns.Environment{apns.Sandbox}}},
		{",production,sandbox", providerauth.Key{Environments: []apns.Environment{apns.Production, apns.Sandbox}}},
		{",topic=com.example.a,topic=com.example.b", providerauth.Key{Topics: []string{"com.example.a", "com.example.b"}}},
		{",production,topic=com.example.a,related=OTHERKEY01", providerauth.Key{
			Environments: []apns.Environment{apns.Production}, Topics: []string{"com.example.a"}, Related: "OTHERKEY01",
		}},
	} {
		t.Run(tc.words, func(t *testing.T) {
			keys := configured(t, "--key", "TEAM:KEYID:"+file+tc.words).Keys
			require.Len(t, keys, 1)
			require.NotNil(t, keys[0].Public)
			tc.want.TeamID, tc.want.ID, tc.want.Public = "TEAM", "KEYID", keys[0].Public
			assert.Equal(t, tc.want, keys[0])
		})
	}
}
