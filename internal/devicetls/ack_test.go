package devicetls_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

func TestAPushThatWasNotAcknowledgedComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		id := w.push(p.address(), "again")
		want[*courier.Notification](p)
		p.conn.NetConn().Close() // no word of TLS: the phone is in a tunnel
		synctest.Wait()

		back := w.dial(p.identity, v3)
		back.token = p.token
		back.connect(nil)
		back.send(&courier.Filter{Token: back.token, Enabled: [][]byte{topicHash[:]}})
		n := want[*courier.Notification](back)
		assert.Equal(t, "again", string(n.Payload))
		back.ack(n, courier.AckDelivered)
		synctest.Wait()
		assert.Equal(t, []string{"accepted", "sent", "stored " + string(broker.Unacknowledged), "sent " + string(broker.Unacknowledged), "delivered"}, w.history(id))
	})
}

// observed: apsd; 7 unknown topic, 11 token removed. 2 is no such recipient, but also a
// duplicate, which an app that lives on gets.
func TestAnAcknowledgementForARemovedAppRetiresItsToken(t *testing.T) {
	for _, row := range []struct {
		status  uint8
		retired bool
	}{
		{courier.AckDelivered, false},
		{courier.AckUnparsable, false},
		{courier.AckIgnoredTopic, false},
		{courier.AckNoRecipient, false},
		{courier.AckUnknownTopic, true},
		{courier.AckTokenRemoved, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t)
			p := w.login(w.identity(nil))
			w.push(p.address(), "x")
			n := want[*courier.Notification](p)
			p.ack(n, row.status)
			synctest.Wait()
			claims, err := w.vault.Decrypt(n.Token)
			require.NoError(t, err)
			assert.Equal(t, row.retired, !claims.Retired.IsZero(), "status %d", row.status)
			p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
			fresh := want[*courier.TokenResponse](p).Token
			assert.Equal(t, row.retired, string(fresh) != string(n.Token), "the app's next token is another one")
		})
	}
}

func TestPushesWaitingForARemovedAppAreDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		w.push(p.address(), "x")
		n := want[*courier.Notification](p)
		p.send(&courier.Filter{Token: p.token}) // the app is being removed
		want[*courier.NoStorage](p)
		held := w.push(p.address(), "y")
		p.ack(n, courier.AckUnknownTopic)
		synctest.Wait()
		events := w.history(held)
		assert.Equal(t, "dropped "+string(broker.DropUnregistered), events[len(events)-1])
	})
}

func TestAReinstalledAppKeepsItsNewToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		w.push(p.address(), "x")
		w.push(p.address(), "y")
		first, second := want[*courier.Notification](p), want[*courier.Notification](p)
		p.ack(first, courier.AckUnknownTopic)
		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
		fresh := want[*courier.TokenResponse](p).Token
		p.ack(second, courier.AckUnknownTopic) // of the token from before
		synctest.Wait()
		claims, err := w.vault.Decrypt(fresh)
		require.NoError(t, err)
		assert.Zero(t, claims.Retired)
	})
}

// The acknowledgements of a device may be late, and in any order. The token is the same
// one as before, as nothing had made it void.
func TestALateAcknowledgementDoesNotRetireTheTokenOfAReinstalledApp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		late := w.push(p.address(), "while it was gone")
		n := want[*courier.Notification](p)
		p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
		token := want[*courier.TokenResponse](p).Token
		require.Equal(t, n.Token, token)
		waiting := w.push(p.address(), "for the app that is back")
		p.ack(n, courier.AckUnknownTopic)
		synctest.Wait()
		claims, err := w.vault.Decrypt(token)
		require.NoError(t, err)
		assert.Zero(t, claims.Retired)
		assert.Equal(t, []string{"accepted", "sent", "dropped " + string(broker.DropUnknownTopic)}, w.history(late))
		p.ack(want[*courier.Notification](p), courier.AckDelivered)
		synctest.Wait()
		assert.Equal(t, []string{"accepted", "sent", "delivered"}, w.history(waiting))

		w.push(p.address(), "after the app was removed once more")
		p.ack(want[*courier.Notification](p), courier.AckUnknownTopic)
		synctest.Wait()
		claims, err = w.vault.Decrypt(token)
		require.NoError(t, err)
		assert.NotZero(t, claims.Retired)
	})
}

// The device has got its token anew since the device-token key changed, and holds other bytes
// than the provider pushes to.
func TestAPushToTheOlderFormOfATokenDoesNotRetireTheNewerOne(t *testing.T) {
	for status, retired := range map[uint8]bool{courier.AckNoRecipient: false, courier.AckUnknownTopic: true} {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t)
			p := w.login(w.identity(nil))
			old := w.vault.Issue(tokenvault.Address(p.address()), &topicHash)
			require.NoError(t, w.vault.Rotate(tokenvault.NewSecret()))
			p.send(&courier.TokenRequest{BaseToken: p.token, Topic: topicHash[:]})
			fresh := want[*courier.TokenResponse](p).Token
			require.NotEqual(t, []byte(old), fresh)
			w.push(p.address(), "to the older form", func(push *broker.Push) { push.Token = old })
			p.ack(want[*courier.Notification](p), status)
			synctest.Wait()
			claims, err := w.vault.Decrypt(fresh)
			require.NoError(t, err)
			assert.Equal(t, retired, !claims.Retired.IsZero(), "status %d", status)
		})
	}
}

func TestAnUnknownTopicDoesNotRetireTheBaseToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		w.push(p.address(), "x", func(push *broker.Push) { push.Token, push.Base = apns.DeviceToken(p.token), true })
		n := want[*courier.Notification](p)
		assert.Equal(t, p.token, n.Token)
		assert.Nil(t, n.BaseToken, "field 15 goes with tokens of apps only")
		p.ack(n, courier.AckUnknownTopic)
		synctest.Wait()
		claims, err := w.vault.Decrypt(p.token)
		require.NoError(t, err)
		assert.Zero(t, claims.Retired)
	})
}
