package broker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// pushGone submits a push to an app that is gone.
func (w *world) pushGone(name string, edit ...func(*broker.Push)) {
	w.t.Helper()
	n := &apns.Notification{ID: name, Topic: topic, Expiration: apns.DefaultExpiration, Priority: 10, Payload: []byte(name)}
	p := &broker.Push{Notification: n, To: phone, Hash: apns.HashTopic(topic), Gone: true}
	for _, f := range edit {
		f(p)
	}
	require.NoError(w.t, w.Submit(p))
}

// observed: apsd, for field 26 of a notification and status 11; when it is asked
// is unknown.
func TestADeviceIsAskedAboutAnAppThatIsGone(t *testing.T) {
	w := newWorld(t, broker.Config{AskGone: true})
	p := w.connect("com.example.other") // no list has the topic
	w.pushGone("asked")
	p.enable("com.example.third") // a new filter changes nothing
	taken := p.take()
	require.Len(t, taken, 1)
	assert.True(t, taken[0].Push.Gone)
	assert.Zero(t, taken[0].Expiry, "it is never stored")
	push, verdict := p.Ack(taken[0].ID, 11)
	assert.Equal(t, broker.Gone, verdict)
	assert.Equal(t, "asked", push.ID)
	assert.Equal(t, []string{"accepted", "sent", "dropped token-removed"}, w.history("asked"))

	w.pushGone("unanswered")
	p.take()
	p.Detach()
	assert.Equal(t, []string{"accepted", "sent", "dropped not-acknowledged"}, w.history("unanswered"), "it does not wait")
}

func TestWhoCannotBeAskedAboutAnAppIsNotAsked(t *testing.T) {
	dropped := []string{"accepted", "dropped app-gone"}
	w := newWorld(t, broker.Config{AskGone: true})
	w.pushGone("away")
	assert.Equal(t, dropped, w.history("away"))
	p := w.attach()
	w.pushGone("without a filter")
	assert.Equal(t, dropped, w.history("without a filter"))
	p.enable(topic)
	w.pushGone("base", func(p *broker.Push) { p.Base = true })
	assert.Equal(t, dropped, w.history("base"), "a device that is gone has nobody to ask")

	silent := newWorld(t, broker.Config{})
	silent.connect(topic)
	silent.pushGone("unasked")
	assert.Equal(t, dropped, silent.history("unasked"))
}
