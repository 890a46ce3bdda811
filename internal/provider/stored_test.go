package provider

import (
	"crypto/tls"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// storeAfter has records become durable after a time, or fail.
func (w *fixture) storeAfter(d time.Duration, fails func(*broker.Push) bool) {
	w.broker.storing = func(p *broker.Push, pending *store.Pending) {
		pending.Add(func() {})
		time.AfterFunc(d, func() {
			if fails != nil && fails(p) {
				pending.Fail(p.Notification, nil)
			} else {
				pending.Done()
			}
		})
	}
}

func TestTheResponseWaitsUntilThePushIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.storeAfter(50*time.Millisecond, nil)
		c := w.dial()
		begin := time.Now()
		for range 3 { // all at once, as far as streams allow
			assert.Equal(t, 200, c.send(w.good()).status)
		}
		assert.Equal(t, 150*time.Millisecond, time.Since(begin))
		assert.Equal(t, 400, c.send(w.good().to("none")).status, "a rejection waits for nothing")
		assert.Equal(t, 150*time.Millisecond, time.Since(begin))
	})
}

func TestAConnectionThatWaitsForTheStoreDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		ln := w.serve()
		slow, fast := w.dialTLS(ln, &tls.Config{NextProtos: []string{"h2"}}), w.dialTLS(ln, &tls.Config{NextProtos: []string{"h2"}})
		w.storeAfter(time.Second, nil)
		slow.write(w.good())
		synctest.Wait()
		w.broker.storing = nil
		begin := time.Now()
		assert.Equal(t, 200, fast.send(w.good()).status)
		assert.Zero(t, time.Since(begin))
	})
}

func TestAPushThatCannotBeStoredIsRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.storeAfter(time.Millisecond, func(p *broker.Push) bool { return p.CollapseID == "fails" })
		c := w.dial()
		r := c.send(w.good().set(apns.HeaderCollapseID, "fails"))
		assert.Equal(t, 503, r.status)
		assert.Equal(t, `{"reason":"ServiceUnavailable"}`, r.body)
		id := r.get(apns.HeaderID)
		assert.NotEmpty(t, id)
		assert.Equal(t, 200, c.send(w.good()).status)
		assert.Len(t, w.broker.pushes, 1, "the broker has forgotten the other")
		assert.Equal(t, w.broker.pushes, w.broker.stored)
		found := w.journal.Find(journal.Query{})
		require.Len(t, found.Records, 2)
		require.Equal(t, id, found.Records[0].Push.ID)
		steps := found.Records[0].Steps
		last := steps[len(steps)-1]
		assert.Equal(t, journal.Rejected, last.Kind)
		assert.Equal(t, "ServiceUnavailable", last.Cause)
	})
}

func TestAPushThatAnotherNodeRejectsHasItsReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.broker.storing = func(p *broker.Push, pending *store.Pending) {
			pending.Add(func() { pending.Fail(p.Notification, apns.Reject(apns.TooManyRequests, "the backlog is full")) })
		}
		r := w.dial().send(w.good())
		assert.Equal(t, 429, r.status)
		assert.Equal(t, `{"reason":"TooManyRequests"}`, r.body)
		assert.Empty(t, w.broker.pushes)
		steps := w.journal.Find(journal.Query{}).Records[0].Steps
		assert.Equal(t, "TooManyRequests", steps[len(steps)-1].Cause)
	})
}

func TestAPushThatWasDeliveredMeanwhileIsNotRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.storeAfter(time.Millisecond, func(p *broker.Push) bool {
			w.broker.NotStored(p) // so that it has it no more
			return true
		})
		assert.Equal(t, 200, w.dial().send(w.good()).status)
	})
}

// "GOAWAY ... last stream": requests before the end are answered.
func TestAServerThatStopsRespondsToWhatIsBeingStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.storeAfter(200*time.Millisecond, nil)
		c := w.dial()
		id := c.write(w.good())
		synctest.Wait()
		require.Equal(t, 1, w.server.Disconnect(func(Connection) bool { return true }))
		status := ""
		for f := c.frame(); f != nil; f = c.frame() {
			if h, ok := f.(*http2.MetaHeadersFrame); ok && h.StreamID == id {
				status = h.PseudoValue("status")
			}
		}
		assert.Equal(t, "200", status)
		require.Len(t, c.goAways, 1)
		assert.Equal(t, id, c.goAways[0].last)
	})
}

func TestAReplayWaitsUntilItIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		w.serve()
		failing := false
		w.storeAfter(time.Millisecond, func(*broker.Push) bool { return failing })
		n := &apns.Notification{ID: "id", TeamID: team, Token: tokenOf(t, w), Topic: bundleID, PushType: apns.Alert}
		_, err := w.server.Replay(n)
		require.NoError(t, err)
		failing = true
		_, err = w.server.Replay(n)
		require.ErrorContains(t, err, "ServiceUnavailable")
	})
}

func tokenOf(t *testing.T, w *fixture) apns.DeviceToken {
	t.Helper()
	token, err := apns.ParseDeviceToken(w.token(bundleID))
	require.NoError(t, err)
	return token
}
