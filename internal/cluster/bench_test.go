package cluster

import (
	"testing"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/store"
)

// takesAll is a broker that does nothing with what it gets.
type takesAll struct{ Broker }

func (takesAll) Submit(*broker.Push, *store.Pending) error { return nil }

func (takesAll) Stored(*broker.Push) {}

// What the router adds to a push for a device of this node.
func BenchmarkSubmitToThisNode(b *testing.B) {
	f := newFixture(1, 1)
	defer f.close()
	n := f.nodes[0]
	to := addressOf(0)
	if failure := f.submit(n, f.newPush(to)); failure != nil {
		b.Fatal(failure.Rejection)
	}
	n.Broker = takesAll{n.broker}
	router, p := n.Router(), f.newPush(to)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := router.Submit(p, nil); err != nil {
				b.Error(err)
			}
		}
	})
}

// What forwarding costs both nodes together, without the network.
func BenchmarkForward(b *testing.B) {
	for _, batch := range []int{1, 64} {
		b.Run(map[int]string{1: "one push", 64: "64 pushes"}[batch], func(b *testing.B) {
			f := newFixture(2, 1)
			defer f.close()
			to := addressOf(0)
			if failure := f.submit(f.nodes[1], f.newPush(to)); failure != nil {
				b.Fatal(failure.Rejection)
			}
			f.nodes[0].owners.knows(to, f.nodes[1].ID)
			f.nodes[1].Broker = takesAll{f.nodes[1].broker}
			f.nodes[0].Broker = forgets{f.nodes[0].broker}
			router, by := f.nodes[0].Router(), store.NewPending()
			b.ReportAllocs()
			for range b.N / batch {
				for range batch {
					if err := router.Submit(f.newPush(to), by); err != nil {
						b.Fatal(err)
					}
				}
				by.Wait()
			}
		})
	}
}

// forgets is a broker that does not note what was forwarded.
type forgets struct{ Broker }

func (forgets) Transferred(*broker.Push, string) {}
