package broker_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/store/sqlite"
)

func TestPushIsSentAgainWhenTheConnectionDiedBeforeTheAcknowledgement(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		w.push("a")
		first := p.take()[0]
		p.Detach()
		p.Detach() // once more does nothing
		assert.Empty(t, p.take(), "a detached consumer has nothing")
		_, verdict := p.Ack(1, 0)
		assert.Equal(t, broker.Unknown, verdict)

		again := w.connect(topic)
		second := again.take()
		require.Len(t, second, 1)
		assert.Equal(t, 2, second[0].Attempt)
		assert.Equal(t, first.Timestamp, second[0].Timestamp, "so that a device which has it sees a duplicate")
		_, verdict = again.Ack(1, 2)
		assert.Equal(t, broker.Done, verdict, "2 on a second attempt means duplicate")
		assert.Equal(t, []string{"accepted", "sent", "stored not-acknowledged", "sent not-acknowledged", "delivered"}, w.history("a"))
	})
}

func TestAPushKeepsItsTimestampOnceItWasSent(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const other = "com.example.other"
		w := newFixture(t, broker.Config{})
		p := w.connect(topic, other)
		w.push("sent")
		sent := p.take()[0]
		p.Detach()

		p = w.connect(other)
		w.push("overtakes", forTopic(other))
		newer := p.take()
		require.Len(t, newer, 1)
		p.enable(topic, other)
		again := p.take()
		require.Len(t, again, 1)
		assert.Equal(t, sent.Timestamp, again[0].Timestamp, "so that a device which has it sees a duplicate")
		p.Ack(again[0].ID, 0)

		p.enable(other)
		w.push("not sent yet")
		w.push("overtakes, too", forTopic(other))
		newer = p.take()
		require.Len(t, newer, 1)
		p.enable(topic, other)
		late := p.take()
		require.Len(t, late, 1)
		assert.Greater(t, late[0].Timestamp, newer[0].Timestamp, "nobody has seen its timestamp, so that it may rise")
	})
}

func TestAPushWhoseTimestampIsInAFileKeepsIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const other = "com.example.other"
		db, err := sqlite.Open(sqlite.Config{Path: filepath.Join(t.TempDir(), "state.db")})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, db.Close()) }) // after the fixture has checked it
		w := newFixture(t, broker.Config{Store: db.Pushes()})
		p := w.connect(other)
		w.push("waits")
		w.push("overtakes", forTopic(other))
		require.Len(t, p.take(), 1)
		inFile, err := db.Pushes().Load() // it is durable then
		require.NoError(t, err)
		require.Len(t, inFile, 2)
		p.enable(topic, other)
		sent := p.take()
		require.Len(t, sent, 1)
		assert.Equal(t, inFile[0].Stamp, sent[0].Timestamp, "a process that is killed now leaves this one")
	})
}
