package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// Pushes of priority 5 may be grouped and delivered in bursts.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func TestGroupedPushesLeaveTogether(t *testing.T) {
	topics := []string{"one", "two", "three", "quiet", "chance"}
	filter := broker.TopicFilter{Enabled: hashes("one", "two", "three"), NonWaking: hashes("quiet"), Opportunistic: hashes("chance")}
	tests := []struct {
		what string
		act  func(w *fixture, p *peer)
		want []string
	}{
		{"not yet", func(*fixture, *peer) { time.Sleep(time.Minute - 1) }, nil},
		{"when the first has waited for its time, with what waited for a chance", func(*fixture, *peer) { time.Sleep(time.Minute) }, []string{"chance", "one", "two"}},
		{"when another push wakes the device", func(w *fixture, _ *peer) { w.push("three", forTopic("three")) }, []string{"chance", "one", "two", "three"}},
		{"not when one comes that does not", func(w *fixture, _ *peer) { w.push("quiet", forTopic("quiet")) }, []string{"quiet"}},
		{"when the device is in use, and then those of priority 1 as well", func(_ *fixture, p *peer) { p.SetActive(true) }, []string{"chance", "never", "one", "two"}},
		{"when it comes back and has not said that it sleeps", func(w *fixture, p *peer) {
			p.Detach()
			*p = *w.attach()
			p.SetFilter(broker.TopicFilter{Enabled: hashes(topics...)})
		}, []string{"chance", "never", "one", "two"}},
		{"not while power is low", func(w *fixture, _ *peer) {
			w.SetLowPower(testDevice, true)
			time.Sleep(time.Hour)
		}, nil},
		{"and then after another wait", func(w *fixture, _ *peer) {
			w.SetLowPower(testDevice, true)
			time.Sleep(time.Hour)
			w.Sweep()
			w.SetLowPower(testDevice, false)
			time.Sleep(time.Minute)
		}, []string{"chance", "one", "two"}},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{Priorities: broker.Priorities{Group: time.Minute}})
				p := w.attach()
				p.SetActive(false)
				p.SetFilter(filter)
				w.push("chance", forTopic("chance"))
				w.push("never", forTopic("three"), urgent(1))
				w.push("one", forTopic("one"), urgent(5))
				w.push("two", forTopic("two"), urgent(5))
				test.act(w, p)
				w.Sweep()
				assert.Equal(t, test.want, p.names())
			})
		})
	}
}

func TestAnExpiredGroupDoesNotWakeTheDevice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Priorities: broker.Priorities{Group: time.Minute}})
		p := w.attach()
		p.SetActive(false)
		p.SetFilter(broker.TopicFilter{Enabled: hashes("one"), Opportunistic: hashes("chance")})
		w.push("chance", forTopic("chance"))
		w.push("one", forTopic("one"), urgent(5), expiring(w.in(30*time.Second)))
		time.Sleep(2 * time.Minute)
		w.Sweep()
		assert.Empty(t, p.names())
		assert.Equal(t, []string{"accepted", "stored grouped", "dropped expired"}, w.history("one"))
	})
}

func TestAWithdrawnGroupSetsNoTimeForTheNext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{Priorities: broker.Priorities{Group: time.Minute}})
		p := w.attach()
		p.SetActive(false)
		p.SetFilter(broker.TopicFilter{Enabled: hashes("one", "two")})
		w.push("withdrawn", forTopic("one"), urgent(5))
		w.Withdraw(testDevice, apns.HashTopic("one"))
		w.push("wakes", forTopic("two"))
		assert.Equal(t, []string{"wakes"}, p.names())
		time.Sleep(time.Minute - time.Second)
		w.push("grouped", forTopic("two"), urgent(5))
		time.Sleep(time.Second)
		w.Sweep()
		assert.Empty(t, p.names(), "its minute is not over")
		time.Sleep(time.Minute - time.Second)
		w.Sweep()
		assert.Equal(t, []string{"grouped"}, p.names())
	})
}
