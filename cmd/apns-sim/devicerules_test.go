package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestEachRuleForDevicesHasItsFlag(t *testing.T) {
	for _, tc := range []struct {
		flags string
		want  func(*sim.Config)
	}{
		{"--device-silence 90s", func(c *sim.Config) { c.Courier.SilenceTimeout = 90 * time.Second }},
		{"--login-timeout 2s", func(c *sim.Config) { c.Courier.LoginTimeout = 2 * time.Second }},
		{"--filter-timeout 3s", func(c *sim.Config) { c.Courier.FilterTimeout = 3 * time.Second }},
		{"--clock-window 1h", func(c *sim.Config) { c.Courier.ClockWindow = time.Hour }},
		{"--upload-ack-delay 5ms", func(c *sim.Config) { c.Courier.UploadAckDelay = 5 * time.Millisecond }},
		{"--answer-delay 1ms", func(c *sim.Config) { c.Courier.AnswerDelay = time.Millisecond }},
		{"--answer-delay 0s", func(c *sim.Config) { c.Courier.AnswerDelay = -1 }},
		{"--device-loss 20s", func(c *sim.Config) { c.Courier.LossTimeout = 20 * time.Second }},
		{"--send-tracing-id", func(c *sim.Config) { c.Courier.SendTracingID = true }},
		{"--prefer-pack", func(c *sim.Config) { c.Courier.PreferPack = true }},
		{"--refuse-foreign-token", func(c *sim.Config) { c.Courier.RejectForeignToken = true }},
		{"--late-keepalives", func(c *sim.Config) { c.Courier.DelayedKeepalives = true }},
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

func TestARuleForDevicesThatCannotBeMeantIsNamed(t *testing.T) {
	for _, flag := range []string{"--device-silence", "--login-timeout", "--filter-timeout", "--clock-window", "--upload-ack-delay", "--answer-delay"} {
		c, _, err := parseArgs(t, []string{"serve", "--any-port", flag + "=-1s"})
		require.NoError(t, err)
		_, err = c.Serve.config()
		assert.EqualError(t, err, flag+" is -1s; it cannot be negative")
	}
}
