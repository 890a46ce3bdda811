package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestEachRuleOfDeliveryHasItsFlag(t *testing.T) {
	for _, tc := range []struct {
		flags string
		want  func(*sim.Config)
	}{
		{"--group 5m", func(c *sim.Config) { c.Broker.Priorities.Group = 5 * time.Minute }},
		{"--ignore-priority", func(c *sim.Config) { c.Broker.Priorities.Ignore = true }},
		{"--background-per-hour 3", func(c *sim.Config) { c.Broker.Hourly.Background = 3 }},
		{"--live-activity-per-hour 9", func(c *sim.Config) { c.Broker.Hourly.LiveActivity = 9 }},
		{"--never-enabled 240h", func(c *sim.Config) { c.Broker.Storage.NeverEnabled = 240 * time.Hour }},
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

func TestARuleOfDeliveryThatCannotBeMeantIsNamed(t *testing.T) {
	for flag, want := range map[string]string{
		"--group=-1s":                 "--group is -1s; it cannot be negative",
		"--never-enabled=-1s":         "--never-enabled is -1s; it cannot be negative",
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
