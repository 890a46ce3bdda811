package broker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestNothingIsSentBeforeTheFilter(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.attach()
		w.push("a")
		assert.Empty(t, p.take(), "a courier sends nothing before the filter")
		assert.Equal(t, 1, p.enable(topic), "one stored push comes now")
		assert.Equal(t, []string{"a"}, p.names())
	})
}

func TestTopicLists(t *testing.T) {
	hash := []apns.TopicHash{apns.HashTopic(topic)}
	tests := []struct {
		what     string
		filter   broker.TopicFilter
		inactive bool
		want     []string // of the journal
	}{
		{"enabled is delivered", broker.TopicFilter{Enabled: hash}, false, []string{"accepted", "sent"}},
		{"non-waking is delivered", broker.TopicFilter{NonWaking: hash}, false, []string{"accepted", "sent"}},
		{"opportunistic is delivered to an active device", broker.TopicFilter{Opportunistic: hash}, false, []string{"accepted", "sent"}},
		{"and held for an inactive one", broker.TopicFilter{Opportunistic: hash}, true, []string{"accepted", "stored device-inactive"}},
		{"paused is held", broker.TopicFilter{Paused: hash}, false, []string{"accepted", "stored topic-paused"}},
		{"in no list is held", broker.TopicFilter{}, false, []string{"accepted", "stored topic-not-enabled"}},
		{"ignored is dropped", broker.TopicFilter{Ignored: hash}, false, []string{"accepted", "dropped topic-ignored"}},
		{"enabled wins over ignored", broker.TopicFilter{Enabled: hash, Ignored: hash}, false, []string{"accepted", "sent"}},
	}
	for _, test := range tests {
		t.Run(test.what, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				w := newFixture(t, broker.Config{})
				p := w.attach()
				p.SetActive(!test.inactive)
				p.SetFilter(test.filter)
				w.push("a")
				p.take()
				assert.Equal(t, test.want, w.history("a"))
			})
		})
	}
}

func TestHeldPushesComeWhenTheirTopicIsEnabled(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect("com.example.other")
		w.push("a")
		w.push("o", forTopic("com.example.other"))
		require.Equal(t, []string{"o"}, p.names())
		assert.Equal(t, 1, p.enable("com.example.other", topic))
		got := p.take()
		require.Len(t, got, 1)
		assert.Equal(t, uint8(3), got[0].Storage)
		assert.Equal(t, 0, p.enable(topic), "nothing is stored any more")
	})
}

func TestWakingAnInactiveDeviceReleasesOpportunisticPushes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.attach()
		p.SetActive(false)
		p.SetFilter(broker.TopicFilter{Opportunistic: []apns.TopicHash{apns.HashTopic(topic)}})
		w.push("a")
		assert.Empty(t, p.take())
		p.SetActive(true)
		assert.Equal(t, 1, p.woken)
		assert.Equal(t, []string{"a"}, p.names())
	})
}

func TestDisablingATopicHoldsUnsentPushes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		w.push("kept")
		w.push("once", neverStored())
		p.enable()
		assert.Empty(t, p.take())
		assert.Equal(t, []string{"accepted", "stored topic-not-enabled"}, w.history("kept"))
		assert.Equal(t, []string{"accepted", "dropped topic-not-enabled"}, w.history("once"))
	})
}
