package cluster

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
)

// A network is a Bus for several nodes in memory, with delays, losses and repeats.
type network struct {
	mu      sync.Mutex
	random  *rand.Rand
	dead    map[NodeID]bool
	nodes   map[NodeID]*endpoint
	running sync.WaitGroup

	maxDelay time.Duration
	lose     float64 // of the messages, in each direction
	repeat   float64

	// intercept, if not nil, sees each request and says what becomes of it.
	intercept func(from, to NodeID, m []byte) fate
}

// A fate is what becomes of one request.
type fate struct {
	lost          bool
	responseLost  bool
	delay         time.Duration
	responseDelay time.Duration
	repeatAfter   time.Duration // 0: never
}

// An endpoint is a node on the network, which is the Bus of that node.
type endpoint struct {
	network *network
	id      NodeID
	handler func(NodeID, []byte) []byte
	calls   sync.WaitGroup
}

func newNetwork(seed uint64) *network {
	return &network{random: rand.New(rand.NewPCG(seed, 1)), nodes: make(map[NodeID]*endpoint), dead: make(map[NodeID]bool)}
}

func (w *network) bus(id NodeID) *endpoint { return &endpoint{network: w, id: id} }

// kill ends a node: nobody hears from it again.
func (w *network) kill(id NodeID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead[id] = true
	delete(w.nodes, id)
}

func (w *network) isDead(id NodeID) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dead[id]
}

func (w *network) loseNothing() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose = 0
}

// upTo returns a random duration.
func (w *network) upTo(longest time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Duration(w.random.Int64N(int64(longest) + 1))
}

func (w *network) chance(p float64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.Float64() < p
}

func (w *network) fate(from, to NodeID, m []byte) fate {
	if w.intercept != nil {
		return w.intercept(from, to, m)
	}
	w.mu.Lock()
	lose, repeat := w.lose, w.repeat
	w.mu.Unlock()
	f := fate{lost: w.chance(lose), responseLost: w.chance(lose), delay: w.upTo(w.maxDelay), responseDelay: w.upTo(w.maxDelay)}
	if w.chance(repeat) {
		f.repeatAfter = w.upTo(10 * w.maxDelay)
	}
	return f
}

func (e *endpoint) Request(to NodeID, m []byte, responded func([]byte, error)) {
	f := e.network.fate(e.id, to, m)
	e.network.running.Go(func() {
		time.Sleep(f.delay)
		if f.lost {
			return
		}
		e.deliver(to, m, f, responded)
	})
	if f.repeatAfter > 0 && !f.lost {
		e.network.running.Go(func() {
			time.Sleep(f.delay + f.repeatAfter)
			e.deliver(to, m, f, responded)
		})
	}
}

func (e *endpoint) deliver(to NodeID, m []byte, f fate, responded func([]byte, error)) {
	if e.network.isDead(e.id) {
		return
	}
	e.network.mu.Lock()
	receiver := e.network.nodes[to]
	if receiver != nil {
		receiver.calls.Add(1)
	}
	e.network.mu.Unlock()
	if receiver == nil {
		responded(nil, ErrNoNode)
		return
	}
	response := receiver.handler(e.id, m)
	receiver.calls.Done()
	if response == nil || f.responseLost || e.network.isDead(to) {
		return
	}
	time.Sleep(f.responseDelay)
	responded(response, nil)
}

func (e *endpoint) Serve(f func(NodeID, []byte) []byte) (stop func()) {
	e.handler = f
	e.network.mu.Lock()
	defer e.network.mu.Unlock()
	e.network.nodes[e.id] = e
	return func() {
		e.disconnect()
		e.calls.Wait()
	}
}

// disconnect says that nobody receives for the node any more.
func (e *endpoint) disconnect() {
	e.network.mu.Lock()
	defer e.network.mu.Unlock()
	delete(e.network.nodes, e.id)
}

// A registry has the owner entries of all nodes. Each node reads them in order, with a delay.
type registry struct {
	network *network
	mu      sync.Mutex
	newest  Revision
	entries map[broker.Address]entry
	views   []*view
	adopted map[NodeID]NodeID

	maxWrite, maxWatch time.Duration
}

type entry struct {
	to       broker.Address
	owner    NodeID
	revision Revision
}

func newRegistry(w *network) *registry {
	return &registry{network: w, entries: make(map[broker.Address]entry), adopted: make(map[NodeID]NodeID)}
}

// A view is the Owners of one node.
type view struct {
	registry *registry
	id       NodeID

	mu      sync.Mutex
	fail    error         // of the next writes
	hold    chan struct{} // no news until it is closed
	known   map[broker.Address]entry
	changes chan entry
	changed func(broker.Address)
}

func (r *registry) view(id NodeID) *view {
	v := &view{registry: r, id: id, known: make(map[broker.Address]entry), changes: make(chan entry, 10_000), changed: func(broker.Address) {}}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.views = append(r.views, v)
	r.network.running.Go(v.follow)
	return v
}

// close ends the views.
func (r *registry) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range r.views {
		close(v.changes)
	}
	r.views = nil
}

// adopt says that the log of one node was taken over by another.
func (r *registry) adopt(former, by NodeID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.adopted[former] = by
}

func (r *registry) resolve(id NodeID) NodeID {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.adopted[id] != (NodeID{}) {
		id = r.adopted[id]
	}
	return id
}

// ownerOf returns the owner by the newest entry.
func (r *registry) ownerOf(to broker.Address) NodeID {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.entries[to].owner
}

// holdNews keeps news from a view until resume is called.
func (v *view) holdNews() (resume func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.hold = make(chan struct{})
	return func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		close(v.hold)
		v.hold = nil
	}
}

// failWith has writes fail.
func (v *view) failWith(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.fail = err
}

func (v *view) failure() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.fail
}

// knows says what a view has read.
func (v *view) knows(to broker.Address, owner NodeID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.known[to] = entry{to, owner, 1}
}

func (v *view) follow() {
	for e := range v.changes {
		v.mu.Lock()
		hold := v.hold
		v.mu.Unlock()
		if hold != nil {
			<-hold
		}
		time.Sleep(v.registry.network.upTo(v.registry.maxWatch))
		v.apply(e)
	}
}

func (v *view) apply(e entry) {
	v.mu.Lock()
	newer := e.revision > v.known[e.to].revision
	if newer {
		v.known[e.to] = e
	}
	changed := v.changed
	v.mu.Unlock()
	if newer {
		changed(e.to)
	}
}

func (r *registry) write(to broker.Address, owner NodeID, absent bool) entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.entries[to]; ok && absent {
		return e
	}
	r.newest++
	e := entry{to, owner, r.newest}
	r.entries[to] = e
	for _, v := range r.views {
		v.changes <- e
	}
	return e
}

func (v *view) Owner(to broker.Address) (NodeID, Revision) {
	v.mu.Lock()
	e := v.known[to]
	v.mu.Unlock()
	return v.registry.resolve(e.owner), e.revision
}

func (v *view) Claim(to broker.Address) (Revision, error) {
	e, err := v.write(to, false)
	return e.revision, err
}

func (v *view) ClaimAbsent(to broker.Address) (NodeID, error) {
	e, err := v.write(to, true)
	return v.registry.resolve(e.owner), err
}

func (v *view) write(to broker.Address, absent bool) (entry, error) {
	time.Sleep(v.registry.network.upTo(v.registry.maxWrite))
	if err := v.failure(); err != nil {
		return entry{}, err
	}
	if v.registry.network.isDead(v.id) {
		return entry{}, errDead
	}
	e := v.registry.write(to, v.id, absent)
	time.Sleep(v.registry.network.upTo(v.registry.maxWrite))
	v.apply(e)
	return e, nil
}

var errDead = errors.New("this node is dead")

func (v *view) Observe(to broker.Address, owner NodeID, r Revision) { v.apply(entry{to, owner, r}) }

func (v *view) OnChange(f func(broker.Address)) { v.changed = f }
