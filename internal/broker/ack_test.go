package broker_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

func TestAPushToAConnectedDeviceIsSentAndDelivered(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		p := w.connect(topic)
		w.push("a")
		assert.Equal(t, 1, p.woken)
		got := p.take()
		require.Len(t, got, 1)
		assert.Equal(t, uint32(1), got[0].ID, "ids of a consumer begin at 1")
		assert.Equal(t, 1, got[0].Attempt)
		assert.Zero(t, got[0].Storage, "it was never stored")
		assert.Equal(t, uint64(w.clock.Now().UnixNano()), got[0].Timestamp)
		assert.Equal(t, uint32(w.in(apns.MaxRetention).Unix()), got[0].Expiry, "the default is the longest retention")

		push, verdict := p.Ack(1, 0)
		assert.Equal(t, broker.Done, verdict)
		assert.Equal(t, "a", push.ID)
		_, verdict = p.Ack(1, 0)
		assert.Equal(t, broker.Unknown, verdict, "an id is settled once")
		assert.Equal(t, []string{"accepted", "sent", "delivered"}, w.history("a"))
	})
}

// The statuses are those of observed: apsd.
func TestAcknowledgementStatuses(t *testing.T) {
	tests := []struct {
		status  uint8
		verdict broker.AckVerdict
		want    string
	}{
		{0, broker.Done, "delivered"},
		{2, broker.Done, "dropped no-recipient"},
		{3, broker.Done, "dropped unparsable"},
		{6, broker.Done, "dropped topic-ignored"},
		{7, broker.RetireToken, "dropped unknown-topic"},
		{11, broker.RetireToken, "dropped token-removed"},
		{99, broker.Done, "dropped refused"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.status), func(t *testing.T) {
			w := newFixture(t, broker.Config{})
			p := w.connect(topic)
			w.push("a")
			require.Len(t, p.take(), 1)
			_, verdict := p.Ack(1, test.status)
			assert.Equal(t, test.verdict, verdict)
			assert.Equal(t, []string{"accepted", "sent", test.want}, w.history("a"))
		})
	}
}

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
		assert.Equal(t, []string{"accepted", "sent", "stored not-acknowledged", "sent", "delivered"}, w.history("a"))
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
