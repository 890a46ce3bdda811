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

// The app was removed and has come back, and what the device says of the time between
// comes late.
func TestALateAcknowledgementDoesNotRetireTheTokenOfAReinstalledApp(t *testing.T) {
	w := newFixture(t, broker.Config{})
	p := w.connect(topic, "com.example.other")
	w.push("before")
	w.push("of another app", forTopic("com.example.other"))
	require.Len(t, p.take(), 2)
	p.TokenAsked(apns.HashTopic(topic))
	w.push("after")
	require.Len(t, p.take(), 1)

	verdicts := map[uint32]broker.AckVerdict{1: broker.Done, 2: broker.RetireToken, 3: broker.RetireToken}
	for id, want := range verdicts {
		_, verdict := p.Ack(id, 7)
		assert.Equal(t, want, verdict, id)
	}
	assert.Equal(t, "dropped unknown-topic", w.history("before")[2], "it did not reach the app all the same")
}

func TestAPushThatIsSentAgainMayRetireTheToken(t *testing.T) {
	w := newFixture(t, broker.Config{})
	p := w.connect(topic)
	w.push("lost")
	require.Len(t, p.take(), 1)
	p.TokenAsked(apns.HashTopic(topic))
	p = w.connect(topic)
	require.Len(t, p.take(), 1)
	_, verdict := p.Ack(1, 7)
	assert.Equal(t, broker.RetireToken, verdict)
}
