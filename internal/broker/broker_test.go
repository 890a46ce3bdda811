package broker_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

const topic = "com.example.app"

var testDevice = broker.Address{Device: apns.DeviceID{1}}

// A fixture is a broker with its journal, its store and its clock.
type fixture struct {
	t *testing.T
	*broker.Broker
	journal *journal.Journal
	store   *store.Memory
	clock   *clock.Clock
	pushes  int
}

func newFixture(t *testing.T, cfg broker.Config) *fixture {
	t.Helper()
	return newFixtureAt(t, new(clock.Clock), cfg)
}

func newFixtureAt(t *testing.T, c *clock.Clock, cfg broker.Config) *fixture {
	t.Helper()
	w := &fixture{t: t, clock: c, store: new(store.Memory)}
	w.journal = journal.New(journal.Config{Clock: w.clock})
	cfg.Clock, cfg.Journal = w.clock, w.journal
	if cfg.Store == nil {
		cfg.Store = w.store
	}
	b, err := broker.New(cfg)
	require.NoError(t, err)
	w.Broker = b
	t.Cleanup(func() { assert.NoError(t, w.ConsistencyCheck()) })
	return w
}

type option func(*apns.Notification)

func forTopic(topic string) option { return func(n *apns.Notification) { n.Topic = topic } }
func collapsing(id string) option  { return func(n *apns.Notification) { n.CollapseID = id } }
func neverStored() option          { return func(n *apns.Notification) { n.Expiration = 0 } }
func expiring(at time.Time) option {
	return func(n *apns.Notification) { n.Expiration = apns.Expiration(at.Unix()) }
}
func (w *fixture) in(d time.Duration) time.Time { return w.clock.Now().Add(d) }

// push submits a push with the payload given as its name.
func (w *fixture) push(name string, options ...option) {
	w.t.Helper()
	require.NoError(w.t, w.tryPush(name, options...))
}

func (w *fixture) tryPush(name string, options ...option) error {
	w.pushes++
	n := &apns.Notification{ID: name, Topic: topic, Expiration: apns.DefaultExpiration, Priority: 10, Payload: []byte(name)}
	for _, o := range options {
		o(n)
	}
	return w.Submit(&broker.Push{Notification: n, To: testDevice, Hash: apns.HashTopic(n.Topic)}, nil)
}

// history tells what became of a push, in the words of the journal.
func (w *fixture) history(name string) (events []string) {
	for _, e := range w.journal.Read(0, 0).Events {
		if e.Push != nil && e.Push.ID == name {
			events = append(events, e.Kind.String()+suffix(e.Cause))
		}
	}
	return events
}

func suffix(cause string) string {
	if cause == "" {
		return ""
	}
	return " " + cause
}

// A peer is a connection that takes everything at once.
type peer struct {
	*broker.Consumer
	woken, replaced, overdue int
}

func (p *peer) Wake()     { p.woken++ }
func (p *peer) Replaced() { p.replaced++ }
func (p *peer) Overdue()  { p.overdue++ }

func (w *fixture) attach() *peer {
	p := new(peer)
	p.Consumer = w.Attach(testDevice, p)
	return p
}

// connect attaches a peer that enables topics.
func (w *fixture) connect(topics ...string) *peer {
	p := w.attach()
	p.enable(topics...)
	return p
}

func (p *peer) enable(topics ...string) int {
	var f broker.TopicFilter
	for _, t := range topics {
		f.Enabled = append(f.Enabled, apns.HashTopic(t))
	}
	return p.SetFilter(f)
}

// take returns what may be sent now.
func (p *peer) take() []broker.Delivery { return p.Take(make([]broker.Delivery, 0, 100)) }

// names returns the payloads of what may be sent now.
func (p *peer) names() (names []string) {
	for _, d := range p.take() {
		names = append(names, string(d.Push.Payload))
	}
	return names
}

func inBubble(t *testing.T, f func(*testing.T)) { t.Helper(); synctest.Test(t, f) }

func TestUsersOfOneDeviceHaveQueuesOfTheirOwn(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		w := newFixture(t, broker.Config{})
		w.push("a")
		other := new(peer)
		other.Consumer = w.Attach(broker.Address{Device: testDevice.Device, User: 1}, other)
		assert.Zero(t, other.enable(topic))
		sandbox := new(peer)
		sandbox.Consumer = w.Attach(broker.Address{Device: testDevice.Device, Environment: apns.Sandbox}, sandbox)
		assert.Zero(t, sandbox.enable(topic), "and so have the two environments")
		assert.Equal(t, 1, w.connect(topic).woken)
	})
}
