package devicetls_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

// observed: apsd, which sends its filter first and the salt after it.
func TestADeviceMayNameItsTopicsBySaltedHashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const salt = 0x0102030405060708
		w := newFixture(t, func(c *devicetls.Config) { c.Topics = func() []string { return []string{"com.example.other", topic} } })
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		named := broker.HashSalted(topic, salt)
		early := w.push(p.address(), "early")
		p.send(&courier.Filter{Token: p.token, SaltedEnabled: [][]byte{named[:], named[1:]}})
		want[*courier.NoStorage](p)
		request := &courier.TokenRequest{BaseToken: p.token, Topic: named[:], Type: courier.TokenTypeSalted}
		p.send(request)
		assert.NotEqual(t, courier.TokenAccepted, want[*courier.TokenResponse](p).Status, "the salt is not known yet")

		p.send(&courier.PresenceTracking{ID: 9, Token: p.token, Salt: salt})
		assert.Equal(t, uint32(9), want[*courier.PresenceTrackingResponse](p).ID)
		n := want[*courier.Notification](p)
		assert.Equal(t, "early", string(n.Payload))
		assert.Equal(t, named[:], n.Topic, "in the device's own words")
		assert.Equal(t, p.token, n.BaseToken)
		p.ack(n, courier.AckDelivered)
		synctest.Wait()
		events := w.history(early)
		assert.Equal(t, "delivered", events[len(events)-1])

		p.send(request)
		response := want[*courier.TokenResponse](p)
		require.Equal(t, courier.TokenAccepted, response.Status)
		assert.Equal(t, named[:], response.Topic, "the device matches the response by the hash it sent")
		claims, err := w.vault.Decrypt(response.Token)
		require.NoError(t, err)
		assert.True(t, claims.ForTopic(topicHash))

		unknown := broker.HashSalted("com.example.unknown", salt)
		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: unknown[:], Type: courier.TokenTypeSalted})
		assert.NotEqual(t, courier.TokenAccepted, want[*courier.TokenResponse](p).Status, "no app has that name")
	})
}
