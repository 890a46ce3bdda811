package devicetls_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestAcknowledgementsOnTheOldConnectionCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		older := w.login(w.identity(nil))
		const pushes = 8
		var ids []string
		var notifications []*courier.Notification
		for range pushes { // of one topic: one of them can be stored
			ids = append(ids, w.push(older.address(), "x"))
			notifications = append(notifications, want[*courier.Notification](older))
		}

		newer := w.dial(older.identity, v3)
		newer.token = older.token
		newer.send(newer.proof())
		for _, n := range notifications {
			time.Sleep(10 * time.Millisecond)
			older.ack(n, courier.AckDelivered)
		}
		want[*courier.ConnectResponse](newer)
		older.wantClosed(time.Second, "a newer connection is there")
		newer.filter() // nothing is sent again
		for _, id := range ids {
			assert.Equal(t, "delivered", last(w.history(id)))
		}
		w.push(newer.address(), "y")
		want[*courier.Notification](newer)
	})
}

func last(events []string) string { return events[len(events)-1] }

func TestALoginWaitsOnlyBrieflyForAcknowledgementsOnTheOldConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		older := w.login(w.identity(nil))
		w.push(older.address(), "x")
		want[*courier.Notification](older)

		newer := w.dial(older.identity, v3)
		newer.token = older.token
		start := time.Now()
		newer.send(newer.proof())
		time.Sleep(time.Millisecond)
		w.push(older.address(), "y") // goes to neither yet
		want[*courier.ConnectResponse](newer)
		assert.Equal(t, 20*time.Millisecond, time.Since(start))
		older.wantClosed(time.Second, "it was sent nothing more")
		newer.send(&courier.Filter{Token: newer.token, Enabled: [][]byte{topicHash[:]}})
		assert.Equal(t, "y", string(want[*courier.Notification](newer).Payload), "the newest of a topic is stored")
	})
}

func TestALoginThatWaitsForTheOldConnectionCanBeDisconnected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		older := w.login(w.identity(nil))
		w.push(older.address(), "x")
		want[*courier.Notification](older)
		newer := w.dial(older.identity, v3)
		newer.token = older.token
		newer.send(newer.proof())
		synctest.Wait()
		start := time.Now()
		assert.Equal(t, 2, w.server.Disconnect(older.address().Device))
		older.wantClosed(time.Second, "the courier was told so")
		want[*courier.ConnectResponse](newer)
		newer.wantClosed(time.Second, "so it was of this one")
		assert.Less(t, time.Since(start), 20*time.Millisecond)
	})
}
