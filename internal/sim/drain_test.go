package sim_test

import (
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// A slowPeer is a device that takes one push and acknowledges it later.
type slowPeer struct{}

func (slowPeer) Wake()     {}
func (slowPeer) Replaced() {}
func (slowPeer) Overdue()  {}

func TestCloseWaitsForDevicesToAcknowledgeAndTellsHowManyPushesAreLeft(t *testing.T) {
	const limit = 5 * time.Second
	for _, row := range []struct {
		name         string
		ackedAfter   time.Duration // 0 is never
		limit, takes time.Duration
		warnings     int
	}{
		{"a slow device", 1995 * time.Millisecond, limit, 2 * time.Second, 0}, // noticed at the next step
		{"a device that never acknowledges", 0, limit, limit, 1},
		{"no waiting asked for", 2 * time.Second, 0, 0, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log logbook
				s, err := sim.New(sim.Config{
					StopTimeout: row.limit, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn})),
					Listen: func(sim.ListenerInfo, string) (net.Listener, error) { return memnet.Listen(), nil },
				})
				require.NoError(t, err)
				require.NoError(t, s.Start())
				to := broker.Address{Device: apns.DeviceID{1}}
				hash := apns.HashTopic(sim.DefaultTopic)
				route := s.Broker.Attach(to, slowPeer{})
				route.SetFilter(broker.TopicFilter{Enabled: []apns.TopicHash{hash}})
				for range 2 { // one on its way, one behind it
					require.NoError(t, s.Broker.Submit(&broker.Push{
						Notification: &apns.Notification{Topic: sim.DefaultTopic, Expiration: apns.DefaultExpiration, Priority: apns.PriorityImmediate},
						To:           to, Hash: hash,
					}, nil))
				}
				ack := func() {
					for range 2 {
						route.Ack(route.Take(make([]broker.Delivery, 0, 1))[0].ID, 0)
					}
				}
				if row.ackedAfter > 0 {
					time.AfterFunc(row.ackedAfter, ack)
				}
				start := time.Now()
				require.NoError(t, s.Close())
				assert.Equal(t, row.takes, time.Since(start))
				warned := 0
				for _, line := range log.lines() {
					if strings.Contains(line, "have not been acknowledged") {
						warned++
						assert.Contains(t, line, "pushes=2")
					}
				}
				assert.Equal(t, row.warnings, warned)
				time.Sleep(limit)
			})
		})
	}
}
