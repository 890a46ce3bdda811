package broker_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// restarted is a broker that begins with what the store of another has.
func restarted(t *testing.T, w *fixture) *fixture {
	t.Helper()
	records, err := w.store.Load()
	require.NoError(t, err)
	copied := new(store.Memory)
	for _, r := range records {
		_, err := copied.Put(r, store.Waits, nil)
		require.NoError(t, err)
	}
	return newFixture(t, broker.Config{Store: copied})
}

// A device takes two notifications of one topic, token and timestamp for one.
// observed: apsd
func TestAPushThatIsSentAgainAfterARestartKeepsItsTimestamp(t *testing.T) {
	w := newFixture(t, broker.Config{})
	p := w.connect(topic)
	w.push("first")
	first := p.Take(make([]broker.Delivery, 0, 1))
	require.Len(t, first, 1)

	again := restarted(t, w)
	assert.Equal(t, []string{"stored apns-restarted"}, again.history("first"), "the record says that it may have been sent")
	p = again.connect(topic)
	second := p.Take(make([]broker.Delivery, 0, 2))
	require.Len(t, second, 1)
	assert.Equal(t, first[0].Timestamp, second[0].Timestamp)
	assert.Equal(t, 2, second[0].Attempt)
	assert.Equal(t, []string{"stored apns-restarted", "sent apns-restarted"}, again.history("first"))

	p.Detach()
	p = again.connect(topic)
	third := p.Take(make([]broker.Delivery, 0, 1))
	require.Len(t, third, 1)
	p.Ack(third[0].ID, 0)
	events := again.history("first")
	assert.Equal(t, []string{"stored not-acknowledged", "sent not-acknowledged", "delivered"}, events[2:])
	assert.Contains(t, again.journal.Counts(), journal.Count{Kind: journal.Sent, Cause: "apns-restarted", Count: 1})
	assert.Contains(t, again.journal.Counts(), journal.Count{Kind: journal.Sent, Cause: "not-acknowledged", Count: 1})
}

// The store outlives a change of the timestamp, too: that of a held push that is sent after
// a newer one.
func TestATimestampThatWasReplacedOutlivesARestart(t *testing.T) {
	w := newFixture(t, broker.Config{})
	p := w.connect(topic)
	w.push("held", forTopic("other"))
	w.push("newer")
	require.Len(t, p.Take(make([]broker.Delivery, 0, 2)), 1)
	p.enable(topic, "other")
	held := p.Take(make([]broker.Delivery, 0, 2))
	require.Len(t, held, 1)

	again := restarted(t, w)
	p = again.connect(topic)
	p.enable(topic, "other")
	for _, d := range p.Take(make([]broker.Delivery, 0, 2)) {
		if string(d.Push.Payload) == "held" {
			assert.Equal(t, held[0].Timestamp, d.Timestamp)
		}
		p.Ack(d.ID, 0)
	}
}

// The machine's clock may be set back between two runs.
func TestNumbersTimestampsAndExpirationsAreSaneAfterTheClockWasSetBack(t *testing.T) {
	const year = 365 * 24 * time.Hour
	memory := new(store.Memory)
	var before uint64
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(year)
		w := newFixture(t, broker.Config{Store: memory})
		w.push("kept")
		p := w.connect(topic)
		for _, d := range p.Take(make([]broker.Delivery, 0, 1)) {
			before = d.Timestamp
		}
	})
	synctest.Test(t, func(t *testing.T) { // begins a year earlier
		w := newFixture(t, broker.Config{Store: memory})
		p := w.connect(topic)
		w.push("new")
		var stamps []uint64
		for _, d := range p.Take(make([]broker.Delivery, 0, 2)) {
			stamps = append(stamps, d.Timestamp)
		}
		require.Len(t, stamps, 2)
		assert.Equal(t, before, stamps[0], "it is sent again")
		assert.Greater(t, stamps[1], before)
		p.Detach()
		time.Sleep(apns.MaxRetention + time.Second)
		w.Sweep()
		assert.Zero(t, w.Stats().Held, "nothing waits longer than 30 days")
	})
}
