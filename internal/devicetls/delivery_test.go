package devicetls_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// forTopic sends a push to another app of the device.
func forTopic(w *fixture, topic string) func(*broker.Push) {
	return func(p *broker.Push) {
		hash := apns.HashTopic(topic)
		p.Topic, p.Hash, p.Token = topic, hash, w.vault.Issue(tokenvault.Address(p.To), &hash)
	}
}

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

// observed: apsd; field 9 has bit 0 for a stored push, and bit 1 for the last.
func TestStoredPushesComeFirstAndTheLastIsMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		topics := []string{"com.example.a", "com.example.b", "com.example.c"}
		var hashes [][]byte
		for _, topic := range topics {
			w.push(p.address(), topic, forTopic(w, topic))
			hash := apns.HashTopic(topic)
			hashes = append(hashes, hash[:])
		}
		p.send(&courier.Filter{Token: p.token, Enabled: hashes})
		for i, topic := range topics {
			n := want[*courier.Notification](p)
			assert.Equal(t, topic, string(n.Payload), "in the order of acceptance")
			assert.Equal(t, []uint8{1, 1, 3}[i], n.StorageFlags)
			assert.Equal(t, hashes[i], n.Topic)
		}
		w.push(p.address(), "live", forTopic(w, topics[0]))
		assert.Zero(t, want[*courier.Notification](p).StorageFlags)
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

func TestAnInactiveDeviceGetsOpportunisticPushesOnceItIsActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.dial(w.identity(nil), v3)
		p.connect(nil)
		p.send(
			&courier.ActiveState{State: courier.StateInactive},
			&courier.Filter{Token: p.token, Opportunistic: [][]byte{topicHash[:]}},
		)
		want[*courier.NoStorage](p)
		w.push(p.address(), "later")
		p.wantSilence(responseTimeout, "the device sleeps")
		p.send(&courier.ActiveState{State: courier.StateActive, Interval: courier.ActiveAlways})
		assert.Equal(t, "later", string(want[*courier.Notification](p).Payload))
	})
}

func TestAPushThatMustNotWakeAnInactiveDeviceWaitsUntilItIsActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		p.send(&courier.ActiveState{State: courier.StateInactive})
		synctest.Wait()
		w.push(p.address(), "later", func(push *broker.Push) { push.Priority = apns.PriorityNeverWake })
		p.wantSilence(responseTimeout, "priority 1 does not wake the device")
		p.send(&courier.ActiveState{State: courier.StateActive, Interval: courier.ActiveAlways})
		n := want[*courier.Notification](p)
		assert.Equal(t, "later", string(n.Payload))
		assert.Equal(t, uint8(1), n.Priority)
		assert.Equal(t, courier.StorageStored|courier.StorageLast, n.StorageFlags)
	})
}

func TestADeviceIsInUseForTheIntervalItNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		p := w.login(w.identity(nil))
		neverWake := func(push *broker.Push) { push.Priority = apns.PriorityNeverWake }
		p.send(&courier.ActiveState{State: courier.StateActive, Interval: 600})
		synctest.Wait()
		time.Sleep(599 * time.Second)
		w.push(p.address(), "in time", neverWake)
		p.ack(want[*courier.Notification](p), courier.AckDelivered)
		time.Sleep(time.Second)
		w.push(p.address(), "late", neverWake)
		p.wantSilence(responseTimeout, "the device sleeps")
		p.send(&courier.ActiveState{State: courier.StateActive}) // no interval is no end
		assert.Equal(t, "late", string(want[*courier.Notification](p).Payload))
	})
}

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
		assert.Equal(t, []string{"accepted", "sent", "stored " + string(broker.Unacknowledged), "sent", "delivered"}, w.history(id))
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

// The device has got its token anew since the token key changed, and holds other bytes
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

func TestABurstArrivesInOrderAndIsDeliveredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const burst = 3000 // more than the broker's window and than a batch
		w := newFixture(t)
		p := w.login(w.identity(nil))
		for i := range burst {
			w.push(p.address(), strings.Repeat("x", i%4096))
		}
		for i := range burst {
			n := want[*courier.Notification](p)
			require.Len(t, n.Payload, i%4096)
			p.ack(n, courier.AckDelivered)
		}
		p.wantSilence(time.Minute, "nothing comes twice")
		count := 0
		for _, e := range w.journal.Read(0, 0).Events {
			if e.Kind == journal.Delivered {
				count++
			}
		}
		assert.Equal(t, burst, count)
	})
}
