package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/sim"
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
	} {
		t.Run(tc.flags, func(t *testing.T) {
			want, got := configured(t), configured(t, strings.Fields(tc.flags)...)
			tc.want(&want)
			assert.Equal(t, want.Courier, got.Courier)
			assert.Equal(t, want.AnyDeviceCertificate, got.AnyDeviceCertificate)
		})
	}
}
