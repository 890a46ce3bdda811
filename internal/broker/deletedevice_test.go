package broker_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/space"
)

// A device whose deliveries are forgotten owes nothing for them.
func TestForgottenPushesNeedNoAcknowledgement(t *testing.T) {
	for name, forget := range map[string]func(*fixture){
		"forgotten": func(w *fixture) { assert.Equal(t, 3, w.DeleteDevice(testDevice.Device)) },
		"withdrawn": func(w *fixture) { w.WithdrawDevice(apns.Production, testDevice.Device) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{AckTimeout: time.Minute, Window: 1})
				p := w.connect(topic)
				w.push("in flight")
				w.push("ready")
				w.push("held", forTopic("com.example.other"))
				require.Len(t, p.take(), 1)
				forget(w)
				require.NoError(t, w.ConsistencyCheck())
				assert.False(t, p.InFlight(1))
				time.Sleep(time.Hour)
				w.Sweep()
				assert.Zero(t, p.overdue)

				w.push("next")
				assert.Equal(t, []string{"next"}, p.names())
				assert.True(t, p.InFlight(2))
				time.Sleep(time.Minute)
				w.Sweep()
				assert.Equal(t, 1, p.overdue, "that one it owes")
			})
		})
	}
}

func TestForgettingADeviceResetsItsBudgets(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{
			Hourly: broker.Hourly{Background: 1}, Storage: broker.Storage{EnableTimeout: time.Hour},
		})
		p := w.connect(topic)
		w.push("silent", ofType(apns.Background))
		w.push("unlisted", forTopic("com.example.other"))
		require.Equal(t, []string{"silent"}, p.names())
		time.Sleep(40 * time.Minute)
		w.DeleteDevice(testDevice.Device)
		w.push("silent too", ofType(apns.Background))
		assert.Equal(t, []string{"silent too"}, p.names(), "the budget is there again")
		w.push("unlisted too", forTopic("com.example.other"))
		time.Sleep(40 * time.Minute)
		w.Sweep()
		assert.Equal(t, []string{"accepted", "stored topic-not-enabled"}, w.history("unlisted too"), "its hour began anew")
	})
}

func TestDevicesOfASpaceAreConnectedOrHavePushesWaiting(t *testing.T) {
	spaces := space.New(nil)
	in, err := spaces.Open("TEAM000001")
	require.NoError(t, err)
	w := newFixture(t, broker.Config{Spaces: spaces})
	away, inside := apns.DeviceID{2}, apns.DeviceID{3}
	spaces.Assign(inside, in)
	w.connect(topic)
	for _, device := range []apns.DeviceID{away, inside} {
		n := &apns.Notification{Topic: topic, Expiration: apns.DefaultExpiration}
		require.NoError(t, w.Submit(&broker.Push{Notification: n, To: broker.Address{Device: device}, Hash: apns.HashTopic(topic)}, nil))
	}
	common := w.DevicesIn(nil)
	slices.SortFunc(common, func(a, b apns.DeviceID) int { return slices.Compare(a[:], b[:]) })
	assert.Equal(t, []apns.DeviceID{testDevice.Device, away}, common)
	assert.Equal(t, []apns.DeviceID{inside}, w.DevicesIn(in))
}
