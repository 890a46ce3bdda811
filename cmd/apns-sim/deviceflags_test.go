package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

func TestEveryDeviceFlagSetsItsField(t *testing.T) {
	for _, tc := range []struct {
		flags string
		want  func(*sim.Config)
	}{
		{"--device-silence 90s", func(c *sim.Config) { c.Courier.SilenceTimeout = 90 * time.Second }},
		{"--login-timeout 2s", func(c *sim.Config) { c.Courier.LoginTimeout = 2 * time.Second }},
		{"--filter-timeout 3s", func(c *sim.Config) { c.Courier.FilterTimeout = 3 * time.Second }},
		{"--clock-window 1h", func(c *sim.Config) { c.Courier.ClockWindow = time.Hour }},
		{"--device-message-ack-delay 5ms", func(c *sim.Config) { c.Courier.DeviceMessageAckDelay = 5 * time.Millisecond }},
		{"--response-delay 1ms", func(c *sim.Config) { c.Courier.ResponseDelay = time.Millisecond }},
		{"--response-delay 0s", func(c *sim.Config) { c.Courier.ResponseDelay = -1 }},
		{"--device-loss 20s", func(c *sim.Config) { c.Courier.LossTimeout = 20 * time.Second }},
		{"--send-tracing-id", func(c *sim.Config) { c.Courier.SendTracingID = true }},
		{"--prefer-pack", func(c *sim.Config) { c.Courier.PreferPack = true }},
		{"--reject-foreign-token", func(c *sim.Config) { c.Courier.RejectForeignToken = true }},
		{"--delayed-keepalives", func(c *sim.Config) { c.Courier.DelayedKeepalives = true }},
		{"--echo-token", func(c *sim.Config) { c.Courier.EchoToken = true }},
		{"--notice-replaced", func(c *sim.Config) { c.Courier.NoticeReplaced = true }},
	} {
		t.Run(tc.flags, func(t *testing.T) {
			want, got := configured(t), configured(t, strings.Fields(tc.flags)...)
			tc.want(&want)
			assert.Equal(t, want.Courier, got.Courier)
			assert.Equal(t, want.Broker, got.Broker)
		})
	}
}

func TestAnInvalidDeviceFlagIsReported(t *testing.T) {
	for _, flag := range []string{"--device-silence", "--login-timeout", "--filter-timeout", "--clock-window", "--device-message-ack-delay", "--response-delay"} {
		c, _, err := parseArgs(t, []string{"serve", "--any-port", flag + "=-1s"})
		require.NoError(t, err)
		_, err = c.Serve.config()
		assert.EqualError(t, err, flag+" is -1s; it cannot be negative")
	}
}

func TestEveryLoginFlagSetsItsField(t *testing.T) {
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
		{"--reject-base-tokens", func(c *sim.Config) { c.Provider.RejectBaseTokens = true }},
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

func TestAnInvalidUnregisterDelayIsReported(t *testing.T) {
	for _, text := range []string{"soon", "-1h", "24h-1h", "1h-", "-", "1h-2h-3h", "1h--2h"} {
		_, err := parseDelay(text)
		assert.EqualError(t, err, `--unregister-delay is "`+text+`"; write a time such as 90s, a range such as 1h-24h, or never`)
	}
}

func TestEveryDeliveryFlagSetsItsField(t *testing.T) {
	for _, tc := range []struct {
		flags string
		want  func(*sim.Config)
	}{
		{"--group-window 5m", func(c *sim.Config) { c.Broker.Priorities.Group = 5 * time.Minute }},
		{"--ignore-priority", func(c *sim.Config) { c.Broker.Priorities.Ignore = true }},
		{"--background-per-hour 3", func(c *sim.Config) { c.Broker.Hourly.Background = 3 }},
		{"--live-activity-per-hour 9", func(c *sim.Config) { c.Broker.Hourly.LiveActivity = 9 }},
		{"--enable-timeout 240h", func(c *sim.Config) { c.Broker.Storage.EnableTimeout = 240 * time.Hour }},
		{"", func(c *sim.Config) { c.Broker.AckTimeout = 5 * time.Minute }},
		{"--ack-timeout 0", func(c *sim.Config) { c.Broker.AckTimeout = 0 }},
		{"--ack-timeout 1m", func(c *sim.Config) { c.Broker.AckTimeout = time.Minute }},
	} {
		t.Run(tc.flags, func(t *testing.T) {
			want, got := configured(t), configured(t, strings.Fields(tc.flags)...)
			tc.want(&want)
			assert.Equal(t, want.Broker, got.Broker)
		})
	}
}

func TestAnInvalidDeliveryFlagIsReported(t *testing.T) {
	for flag, want := range map[string]string{
		"--group-window=-1s":          "--group-window is -1s; it cannot be negative",
		"--enable-timeout=-1s":        "--enable-timeout is -1s; it cannot be negative",
		"--ack-timeout=-1s":           "--ack-timeout is -1s; it cannot be negative",
		"--background-per-hour=-1":    "--background-per-hour is -1; it cannot be negative",
		"--live-activity-per-hour=-1": "--live-activity-per-hour is -1; it cannot be negative",
	} {
		c, _, err := parseArgs(t, []string{"serve", "--any-port", flag})
		require.NoError(t, err)
		_, err = c.Serve.config()
		assert.EqualError(t, err, want)
	}
}
