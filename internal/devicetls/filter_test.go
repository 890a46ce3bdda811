package devicetls_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestNothingIsDeliveredBeforeTheFilter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		w.push(p.address(), `{}`)
		p.wantSilence(responseTimeout, "the device has not said what it wants")
		p.send(&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}})
		want[*courier.Notification](p)
	})
}

// observed: a public client test of pypush pushes to a fresh token before it
// enables the topic, and expects delivery.
func TestAPushIsHeldUntilItsTopicIsEnabled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		id := w.push(p.address(), "early", forTopic(w, "com.example.new"))
		p.wantSilence(responseTimeout, "the topic is in no list")
		assert.Equal(t, "stored "+string(broker.NotEnabled), w.history(id)[1])
		hash := apns.HashTopic("com.example.new")
		p.send(&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:], hash[:]}})
		assert.Equal(t, "early", string(want[*courier.Notification](p).Payload))
	})
}

func TestTheListsOfAFilterReachTheBroker(t *testing.T) {
	for name, row := range map[string]struct {
		filter func(hash []byte) *courier.Filter
		want   string // the journal's last word
	}{
		"enabled":       {func(h []byte) *courier.Filter { return &courier.Filter{Enabled: [][]byte{h}} }, "sent"},
		"non-waking":    {func(h []byte) *courier.Filter { return &courier.Filter{NonWaking: [][]byte{h}} }, "sent"},
		"opportunistic": {func(h []byte) *courier.Filter { return &courier.Filter{Opportunistic: [][]byte{h}} }, "sent"},
		"paused":        {func(h []byte) *courier.Filter { return &courier.Filter{Paused: [][]byte{h}} }, "stored " + string(broker.Paused)},
		"ignored":       {func(h []byte) *courier.Filter { return &courier.Filter{Ignored: [][]byte{h}} }, "dropped " + string(broker.DropIgnored)},
		"none":          {func([]byte) *courier.Filter { return &courier.Filter{} }, "stored " + string(broker.NotEnabled)},
		"a short hash": {func(h []byte) *courier.Filter {
			return &courier.Filter{Enabled: [][]byte{h[:19], append(h[:20:20], 0)}}
		}, "stored " + string(broker.NotEnabled)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t)
				p := w.dial(w.identity(nil), v3)
				p.connect(nil)
				filter := row.filter(topicHash[:])
				filter.Token = p.token
				p.send(filter)
				want[*courier.NoStorage](p)
				id := w.push(p.address(), "x")
				synctest.Wait()
				events := w.history(id)
				assert.Equal(t, row.want, events[len(events)-1])
			})
		})
	}
}
