package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A fixture is several nodes on one network.
type fixture struct {
	network  *network
	registry *registry
	nodes    []*testNode
	pushes   int
}

// A testNode is a node with its broker and its view of the owners.
type testNode struct {
	*Node
	broker     *memoryBroker
	owners     *view
	bus        *endpoint
	registries *registries
	logins     sync.WaitGroup
}

// registries implements [Registries].
type registries struct {
	mu       sync.Mutex
	revision Revision
	awaited  Revision
}

func (r *registries) Revision() Revision {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.revision
}

func (r *registries) Await(revision Revision, _ <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.awaited = revision
}

func newFixture(nodes int, seed uint64) *fixture {
	f := &fixture{network: newNetwork(seed)}
	f.registry = newRegistry(f.network)
	for i := range nodes {
		id := NodeID{byte(i + 1)}
		n := &testNode{broker: newMemoryBroker(f.network, uint64(i)), owners: f.registry.view(id), bus: f.network.bus(id), registries: new(registries)}
		n.Node = New(Config{
			ID: id, Bus: n.bus, Owners: n.owners, Broker: n.broker, Sessions: n.broker, Registries: n.registries,
			Log: slog.New(slog.DiscardHandler),
		})
		f.nodes = append(f.nodes, n)
	}
	return f
}

// close ends all nodes and waits for everything that was started.
func (f *fixture) close() {
	for _, n := range f.nodes {
		n.logins.Wait()
		n.Close()
	}
	f.registry.close()
	f.network.running.Wait()
}

// login connects a device to a node, as package devicetls does.
func (n *testNode) login(d *device) *session {
	s := &session{device: d, broker: n.broker, to: d.to}
	d.connect(s)
	attached := n.Claim(d.to, context.Background().Done())
	n.broker.attach(s)
	attached()
	return s
}

// push submits a push and returns the failure, nil if it is accepted.
func (f *fixture) push(n *testNode, to broker.Address) (id string, failure *store.Failure) {
	p := f.newPush(to)
	return p.ID, f.submit(n, p)
}

func (f *fixture) newPush(to broker.Address) *broker.Push {
	f.pushes++
	return &broker.Push{
		Notification: &apns.Notification{ID: fmt.Sprint("push ", f.pushes), Environment: to.Environment, Topic: "com.example.app", Payload: []byte("{}")},
		To:           to, Hash: apns.HashTopic("com.example.app"),
	}
}

func (f *fixture) submit(n *testNode, p *broker.Push) *store.Failure {
	by := store.NewPending()
	if err := n.Router().Submit(p, by); err != nil {
		return &store.Failure{Push: p.Notification, Rejection: err.(*apns.Rejection)} //nolint:errorlint // Submit promises it.
	}
	failures := by.Wait()
	if len(failures) == 0 {
		n.Router().Stored(p)
	}
	for _, failure := range failures {
		if n.Router().NotStored(p) {
			return &failure
		}
	}
	return nil
}

func (f *fixture) accepted(t *testing.T, n *testNode, to broker.Address) (id string) {
	t.Helper()
	id, failure := f.push(n, to)
	require.Nil(t, failure)
	return id
}

// addressOf is the address of one of several devices.
func addressOf(i int) broker.Address { return broker.Address{Device: apns.DeviceID{7: byte(i + 1)}} }

// waitingAt returns how many pushes the queue of an address has.
func (b *memoryBroker) waitingAt(to broker.Address) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if q := b.queues[to]; q != nil {
		return len(q.entries)
	}
	return 0
}

// recorded returns how many records the log has.
func (b *memoryBroker) recorded() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.log)
}

// sessionAt reports whether the device at an address has a connection.
func (b *memoryBroker) sessionAt(to broker.Address) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queues[to]
	return q != nil && q.session != nil
}

// set changes what the broker does.
func (b *memoryBroker) set(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

// forwardedIDs returns the pushes that other brokers have, by apns-id.
func (b *memoryBroker) forwardedIDs() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.forwarded)
}

// ended reports whether the session was replaced.
func (s *session) ended() bool {
	s.broker.mu.Lock()
	defer s.broker.mu.Unlock()
	return s.replaced
}

// addresses returns how many addresses the node has something to do with, in the stripe of one.
func (n *testNode) addresses(to broker.Address) int {
	s := n.stripeOf(to)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.addresses)
}

// count returns how often the app has got a push.
func (d *device) count(id string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.received[id]
}

const moment = 3 * time.Second // more than all timeouts but one
