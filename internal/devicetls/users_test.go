package devicetls_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// addUser sends a further Connect, which needs no proof (observed: apsd).
func (p *testDevice) addUser(token []byte) []byte {
	p.w.t.Helper()
	p.send(&courier.Connect{State: courier.StateConnect, Token: token})
	response := want[*courier.ConnectResponse](p)
	require.Equal(p.w.t, courier.ConnectAccepted, response.Status, response)
	if response.Token == nil {
		return token
	}
	return response.Token
}

func (p *testDevice) enable(token []byte) {
	p.w.t.Helper()
	p.send(&courier.Filter{Token: token, Enabled: [][]byte{topicHash[:]}})
	assert.Equal(p.w.t, token, want[*courier.NoStorage](p).Token)
}

func (w *fixture) user(token []byte) uint8 {
	w.t.Helper()
	claims, err := w.vault.Decrypt(token)
	require.NoError(w.t, err)
	return claims.User
}

func (p *testDevice) addressOf(user uint8) broker.Address {
	to := p.address()
	to.User = user
	return to
}

func TestSeveralUsersShareAConnectionAndAreKeptApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		second, third := p.addUser(nil), p.addUser(nil)
		assert.Equal(t, []uint8{0, 1, 2}, []uint8{w.user(p.token), w.user(second), w.user(third)})
		p.enable(second)

		ids := make(map[uint32]bool)
		var stamp uint64
		for _, user := range []uint8{0, 1, 0, 1} {
			id := w.push(p.addressOf(user), `{}`)
			n := want[*courier.Notification](p)
			assert.Equal(t, user, w.user(n.BaseToken))
			assert.False(t, ids[n.ID], "message ids are unique on a connection")
			assert.LessOrEqual(t, n.ID, uint32(0x7fffffff), "some daemons read ids as signed")
			assert.Greater(t, n.Timestamp, stamp, "timestamps rise on a connection")
			ids[n.ID], stamp = true, n.Timestamp
			p.ack(n, courier.AckDelivered) // always with the first user's token: the id decides
			synctest.Wait()
			assert.Equal(t, "delivered", w.history(id)[2], "%v", w.history(id))
		}

		w.push(p.addressOf(2), `{}`)
		p.wantSilence(responseTimeout, "the third user has sent no filter")
		p.send(&courier.Connect{State: courier.StateOffline, Token: second})
		synctest.Wait()
		w.push(p.addressOf(1), `{}`)
		p.wantSilence(responseTimeout, "the second user is offline")
		w.push(p.addressOf(0), `{}`)
		want[*courier.Notification](p)
		assert.Equal(t, []string{"connected", "connected", "connected", "disconnected offline"}, w.connectionEvents())
	})
}

func TestAUserWhoConnectsAgainReplacesItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		id := w.push(p.address(), `{}`)
		before := want[*courier.Notification](p)

		assert.Equal(t, p.token, p.addUser(p.token))
		p.send(&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}})
		after := want[*courier.Notification](p)
		assert.Equal(t, uint8(3), after.StorageFlags, "it was held in between")
		assert.NotEqual(t, before.ID, after.ID)

		p.ack(before, courier.AckDelivered)
		synctest.Wait()
		assert.NotContains(t, w.history(id), "delivered", "the first sending is no longer in flight")
		p.ack(after, courier.AckDelivered)
		synctest.Wait()
		assert.Contains(t, w.history(id), "delivered")
		assert.Equal(t, []string{"connected", "disconnected reconnected", "connected"}, w.connectionEvents())
	})
}

func TestAUserWithoutATokenGetsTheNumberAfterTheHighest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		identity := w.identity(nil)
		p := w.dial(identity, v3)
		address := tokenvault.Address(p.address())
		address.User = 30
		p.token = []byte(w.vault.Issue(address, nil))
		p.connect(nil)
		assert.Equal(t, uint8(31), w.user(p.addUser(nil)))
		assert.Equal(t, uint8(0), w.user(p.addUser(nil)), "then the lowest that is free")
		assert.Equal(t, uint8(1), w.user(p.addUser(nil)))
	})
}

func TestCommandsForATokenThatIsNotConnectedHaveNoEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		second := p.addUser(nil)
		p.enable(second)
		other := make([]byte, 32)
		p.send(
			&courier.Filter{Token: other},
			&courier.Connect{State: courier.StateOffline, Token: other},
			&courier.Connect{State: courier.StateOffline}, // nobody in particular, with two of them there
			&courier.Ack{ID: 0xffffffff}, &courier.Ack{ID: 5 << 27}, &courier.Ack{ID: 99},
		)
		p.wantSilence(responseTimeout, "there is nothing to answer")
		w.push(p.addressOf(0), `{}`)
		w.push(p.addressOf(1), `{}`)
		want[*courier.Notification](p)
		want[*courier.Notification](p)
	})
}

func TestWithASingleUserTheTokenMayBeLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		p.send(&courier.Filter{Enabled: [][]byte{topicHash[:]}}, &courier.TokenRequest{Topic: topicHash[:]})
		assert.Equal(t, p.token, want[*courier.NoStorage](p).Token)
		assert.Equal(t, courier.TokenAccepted, want[*courier.TokenResponse](p).Status)
		p.send(&courier.Connect{State: courier.StateOffline})
		synctest.Wait()
		assert.Equal(t, []string{"connected", "disconnected offline"}, w.connectionEvents())
	})
}

func TestAPushThatIsSentAgainKeepsItsTimestamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		second := p.addUser(nil)
		p.enable(second)
		w.push(p.addressOf(1), "again")
		old := want[*courier.Notification](p) // not acknowledged
		require.NoError(t, p.conn.Close())
		synctest.Wait()

		back := w.login(p.identity)
		back.addUser(second)
		w.push(back.addressOf(0), "new")
		first := want[*courier.Notification](back)
		back.send(&courier.Filter{Token: second, Enabled: [][]byte{topicHash[:]}})
		again := want[*courier.Notification](back)
		assert.Equal(t, old.Payload, again.Payload)
		assert.Equal(t, old.Timestamp, again.Timestamp, "so that a device which has it sees a duplicate")
		assert.Greater(t, first.Timestamp, old.Timestamp)
	})
}

func TestAFurtherUserOfAnInactiveDeviceIsInactiveToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		p.send(&courier.ActiveState{State: courier.StateInactive})
		second := p.addUser(nil)
		p.send(&courier.Filter{Token: second, Opportunistic: [][]byte{topicHash[:]}})
		want[*courier.NoStorage](p)
		w.push(p.addressOf(1), "later")
		p.wantSilence(responseTimeout, "the command names no token: it speaks for all users")
	})
}

func TestAConnectionMayHaveSixteenUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		for range 15 {
			p.connect(&courier.Connect{State: courier.StateConnect})
		}
		p.send(&courier.Connect{State: courier.StateConnect})
		p.wantRejection(want[*courier.ConnectResponse](p), "too many users")
		p.send(&courier.Keepalive{})
		want[*courier.KeepaliveResponse](p) // the others go on
		w.wantLogged()
	})
}
