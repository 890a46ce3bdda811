package broker_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/store"
)

// unstorable is a store whose Put fails.
type unstorable struct{ store.Memory }

func (*unstorable) Put(store.Record, store.Delivery, *store.Pending) (store.Handle, error) {
	return 0, apns.Reject(apns.ServiceUnavailable, "the disk is full")
}

func TestWhatCannotBeStoredIsRejectedAndTheRestIsNot(t *testing.T) {
	w := newFixture(t, broker.Config{Store: new(unstorable)})
	p := new(peer)
	p.Consumer = w.Attach(testDevice, p)
	p.enable(topic)
	submit := func(expiration apns.Expiration) error {
		n := &apns.Notification{ID: "id", Topic: topic, Expiration: expiration}
		return w.Submit(&broker.Push{Notification: n, To: testDevice, Hash: apns.HashTopic(topic)}, nil)
	}
	var rejection *apns.Rejection
	require.ErrorAs(t, submit(apns.DefaultExpiration), &rejection)
	assert.Equal(t, apns.ServiceUnavailable, rejection.Reason)
	assert.Empty(t, p.Take(make([]broker.Delivery, 0, 1)), "what is rejected is not delivered")
	require.NoError(t, submit(0), "it needs no storage")
	assert.Len(t, p.Take(make([]broker.Delivery, 0, 1)), 1)
	require.NoError(t, w.ConsistencyCheck())
}

func TestAPushWhoseRecordFailsIsForgottenUnlessItWasSent(t *testing.T) {
	w := newFixture(t, broker.Config{Window: 1})
	push := func(to broker.Address) *broker.Push {
		n := &apns.Notification{ID: "id", Topic: topic, Expiration: apns.DefaultExpiration}
		p := &broker.Push{Notification: n, To: to, Hash: apns.HashTopic(topic)}
		require.NoError(t, w.Submit(p, nil))
		return p
	}
	fail := func(p *broker.Push) bool {
		records, err := w.store.Load()
		require.NoError(t, err)
		for _, r := range records {
			if r.Push == p.Notification {
				w.store.Delete(r.To, r.Seq, 0, store.Dropped) // which the store has not got
			}
		}
		return w.NotStored(p)
	}
	away := broker.Address{Device: apns.DeviceID{7}}
	held := push(away)
	assert.True(t, fail(held))
	assert.False(t, fail(held), "it is not there any more")

	p := new(peer)
	p.Consumer = w.Attach(testDevice, p)
	p.enable(topic)
	sent, ready := push(testDevice), push(testDevice)
	got := p.Take(make([]broker.Delivery, 0, 2))
	require.Len(t, got, 1)
	assert.True(t, fail(ready))
	assert.True(t, fail(sent))
	require.NoError(t, w.ConsistencyCheck())
	_, verdict := p.Ack(got[0].ID, 0)
	assert.Equal(t, broker.Done, verdict, "it was in flight")
	assert.Empty(t, p.Take(make([]broker.Delivery, 0, 2)))
	assert.False(t, fail(sent), "it is delivered")

	lost := push(testDevice)
	require.Len(t, p.Take(make([]broker.Delivery, 0, 1)), 1)
	assert.True(t, fail(lost))
	p.Detach()
	assert.Zero(t, w.Stats().Held, "it is not sent again")
	require.NoError(t, w.ConsistencyCheck())
}
