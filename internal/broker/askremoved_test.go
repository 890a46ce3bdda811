package broker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// pushUnreported submits a push to a retired token that is not reported yet.
func (w *fixture) pushUnreported(name string, edit ...func(*broker.Push)) {
	w.t.Helper()
	n := &apns.Notification{ID: name, Topic: topic, Expiration: apns.DefaultExpiration, Priority: 10, Payload: []byte(name)}
	p := &broker.Push{Notification: n, To: testDevice, Hash: apns.HashTopic(topic), Unreported: true}
	for _, f := range edit {
		f(p)
	}
	require.NoError(w.t, w.Submit(p, nil))
}

// observed: apsd, for field 26 of a notification and status 11; when it is asked
// is unknown.
func TestADeviceIsAskedToConfirmARemovedApp(t *testing.T) {
	w := newFixture(t, broker.Config{AskRemoved: true})
	p := w.connect("com.example.other") // no list has the topic
	w.pushUnreported("asked")
	p.enable("com.example.third") // a new filter changes nothing
	taken := p.take()
	require.Len(t, taken, 1)
	assert.True(t, taken[0].Push.Unreported)
	assert.Zero(t, taken[0].Expiry, "it is never stored")
	push, verdict := p.Ack(taken[0].ID, 11)
	assert.Equal(t, broker.RetireToken, verdict)
	assert.Equal(t, "asked", push.ID)
	assert.Equal(t, []string{"accepted", "sent", "dropped token-removed"}, w.history("asked"))

	w.pushUnreported("unanswered")
	p.take()
	p.Detach()
	assert.Equal(t, []string{"accepted", "sent", "dropped not-acknowledged"}, w.history("unanswered"), "it does not wait")
}

func TestADeviceThatCannotBeAskedAboutAnAppIsNotAsked(t *testing.T) {
	dropped := []string{"accepted", "dropped app-removed"}
	w := newFixture(t, broker.Config{AskRemoved: true})
	w.pushUnreported("away")
	assert.Equal(t, dropped, w.history("away"))
	p := w.attach()
	w.pushUnreported("without a filter")
	assert.Equal(t, dropped, w.history("without a filter"))
	p.enable(topic)
	w.pushUnreported("base", func(p *broker.Push) { p.Base = true })
	assert.Equal(t, dropped, w.history("base"), "an erased device is not asked")

	silent := newFixture(t, broker.Config{})
	silent.connect(topic)
	silent.pushUnreported("unasked")
	assert.Equal(t, dropped, silent.history("unasked"))
}
