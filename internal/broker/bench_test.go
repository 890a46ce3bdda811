package broker_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// BenchmarkPush is one push through the core: accepted, sent, acknowledged,
// with the journal on.
func BenchmarkPush(b *testing.B) {
	for _, bench := range []struct {
		name       string
		expiration apns.Expiration
		store      store.Store
	}{
		{"never stored", 0, nil},
		{"storable", apns.DefaultExpiration, nil},
		{"with a store", apns.DefaultExpiration, new(store.Memory)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			broke, err := broker.New(broker.Config{Journal: journal.New(journal.Config{}), Store: bench.store})
			require.NoError(b, err)
			p := new(peer)
			p.Consumer = broke.Attach(testDevice, p)
			p.enable(topic)
			n := &apns.Notification{ID: "id", Topic: topic, Expiration: bench.expiration}
			push := &broker.Push{Notification: n, To: testDevice, Hash: apns.HashTopic(topic)}
			room := make([]broker.Delivery, 0, 16)
			b.ReportAllocs()
			for b.Loop() {
				if err := broke.Submit(push, nil); err != nil {
					b.Fatal(err)
				}
				for _, d := range p.Take(room) {
					p.Ack(d.ID, 0)
				}
			}
		})
	}
}
