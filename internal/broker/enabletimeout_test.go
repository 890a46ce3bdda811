package broker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestAnAppThatIsNeverEnabledCountsAsRemoved(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		what    string
		act     func(w *fixture, p *peer)
		removed bool
	}{
		{"after its time", func(*fixture, *peer) {}, true},
		{"newer pushes do not give it more time", func(w *fixture, _ *peer) { w.push("a") }, true},
		{"nor does it when the device goes", func(_ *fixture, p *peer) { p.Detach() }, true},
		{"nor another filter without it", func(_ *fixture, p *peer) { p.enable("other") }, true},
		{"a topic that is enabled is delivered", func(_ *fixture, p *peer) { p.enable(topic) }, false},
		{"one that is paused waits", func(_ *fixture, p *peer) { p.SetFilter(broker.TopicFilter{Paused: hashes(topic)}) }, false},
		{"one that is withdrawn is gone already", func(w *fixture, _ *peer) { w.Withdraw(testDevice, hashes(topic)[0]) }, false},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				var removed []string
				w := newFixture(t, broker.Config{
					Storage:    broker.Storage{EnableTimeout: 7 * day},
					AppRemoved: func(p *broker.Push) { removed = append(removed, p.ID) },
				})
				w.push("a")
				time.Sleep(day)
				p := w.connect("other") // from now on
				time.Sleep(day)
				test.act(w, p)
				time.Sleep(6*day - 1)
				w.Sweep()
				require.Empty(t, removed)
				time.Sleep(time.Nanosecond)
				w.Sweep()
				events := w.history("a")
				if test.removed {
					assert.Equal(t, []string{"a"}, removed)
					assert.Equal(t, "dropped topic-never-enabled", events[len(events)-1])
				} else {
					assert.Empty(t, removed)
					assert.NotContains(t, events, "dropped topic-never-enabled")
				}
			})
		})
	}
}

func TestPushesWaitForTheirTopicWithoutLimitByDefault(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect("other")
		w.push("a")
		time.Sleep(29 * 24 * time.Hour)
		w.Sweep()
		p.enable(topic)
		assert.Equal(t, []string{"a"}, p.names())
	})
}
