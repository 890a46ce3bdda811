package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

func TestEachRuleForLoginsAndTokensHasItsFlag(t *testing.T) {
	for _, tc := range []struct {
		flags string
		want  func(*sim.Config)
	}{
		{"--any-device-certificate", func(c *sim.Config) { c.AnyDeviceCertificate = true }},
		{"--redirect-devices 2-courier.push.apple.com", func(c *sim.Config) { c.Courier.Redirect.Host = "2-courier.push.apple.com" }},
		{"--token-requests 50", func(c *sim.Config) { c.Courier.TokenBudget = 50 }},
		{"--token-requests=-1", func(c *sim.Config) { c.Courier.TokenBudget = -1 }},
		{"--logins-at-once 3", func(c *sim.Config) { c.Courier.LoginsAtOnce = 3 }},
		{"--unregister-delay 90s", func(c *sim.Config) { c.UnregisterDelay.Min = 90 * time.Second }},
		{"--unregister-delay 1h-24h --unregister-seed 7", func(c *sim.Config) {
			c.UnregisterDelay = tokenvault.Delay{Min: time.Hour, Max: 24 * time.Hour, Seed: 7}
		}},
		{"--unregister-delay never", func(c *sim.Config) { c.UnregisterDelay.Never = true }},
		{"--ask-removed", func(c *sim.Config) { c.Broker.AskRemoved = true }},
		{"--refuse-base-tokens", func(c *sim.Config) { c.Provider.RejectBaseTokens = true }},
	} {
		t.Run(tc.flags, func(t *testing.T) {
			want, got := configured(t), configured(t, strings.Fields(tc.flags)...)
			tc.want(&want)
			assert.Equal(t, want.Courier, got.Courier)
			assert.Equal(t, want.Broker, got.Broker)
			assert.Equal(t, want.AnyDeviceCertificate, got.AnyDeviceCertificate)
			assert.Equal(t, want.UnregisterDelay, got.UnregisterDelay)
			assert.Equal(t, want.Provider.RejectBaseTokens, got.Provider.RejectBaseTokens)
		})
	}
}

func TestADelayThatCannotBeMeantIsNamed(t *testing.T) {
	for _, text := range []string{"soon", "-1h", "24h-1h", "1h-", "-", "1h-2h-3h", "1h--2h"} {
		_, err := parseDelay(text)
		assert.EqualError(t, err, "--unregister-delay is "+text+"; it can be a time such as 90s, two such as 1h-24h, or never")
	}
}
