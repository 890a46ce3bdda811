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
		what string
		act  func(w *world, p *peer)
		gone bool
	}{
		{"after its time", func(*world, *peer) {}, true},
		{"newer pushes do not give it more time", func(w *world, _ *peer) { w.push("a") }, true},
		{"nor does it when the device goes", func(_ *world, p *peer) { p.Detach() }, true},
		{"nor another filter without it", func(_ *world, p *peer) { p.enable("other") }, true},
		{"a topic that is enabled is delivered", func(_ *world, p *peer) { p.enable(topic) }, false},
		{"one that is paused waits", func(_ *world, p *peer) { p.SetFilter(broker.Filter{Paused: hashes(topic)}) }, false},
		{"one that is withdrawn is gone already", func(w *world, _ *peer) { w.Withdraw(phone, hashes(topic)[0]) }, false},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				var gone []string
				w := newWorld(t, broker.Config{
					Storage: broker.Storage{NeverEnabled: 7 * day},
					AppGone: func(p *broker.Push) { gone = append(gone, p.ID) },
				})
				w.push("a")
				time.Sleep(day)
				p := w.connect("other") // from now on
				time.Sleep(day)
				test.act(w, p)
				time.Sleep(6*day - 1)
				w.Sweep()
				require.Empty(t, gone)
				time.Sleep(time.Nanosecond)
				w.Sweep()
				told := w.history("a")
				if test.gone {
					assert.Equal(t, []string{"a"}, gone)
					assert.Equal(t, "dropped topic-never-enabled", told[len(told)-1])
				} else {
					assert.Empty(t, gone)
					assert.NotContains(t, told, "dropped topic-never-enabled")
				}
			})
		})
	}
}

func TestATopicMayWaitForItsFilterForEverByDefault(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newWorld(t, broker.Config{})
		p := w.connect("other")
		w.push("a")
		time.Sleep(29 * 24 * time.Hour)
		w.Sweep()
		p.enable(topic)
		assert.Equal(t, []string{"a"}, p.names())
	})
}
