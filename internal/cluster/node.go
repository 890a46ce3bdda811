package cluster

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/cluster/message"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A NodeID names one run of a node, at random. The zero NodeID is nobody.
type NodeID = message.Node

// A Broker has the queues of the addresses that this node owns. Its methods do not wait for
// a device, a disk or the network.
type Broker interface {
	// Submit takes a push, as [broker.Broker.Submit] says. If p.Former is not nil, the push
	// has the number, the deadline and the trace of its Former. One that may have been sent is
	// not added to a queue that has its number already; by waits for the record of that one. The
	// push replaces a record of its number. No limit rejects a push whose Former has a deadline.
	Submit(p *broker.Push, by *store.Pending) error
	// NotStored says that the record of p cannot be stored, and reports whether p is to be
	// rejected.
	NotStored(p *broker.Push) (reject bool)
	// Stored says that the record of p is stored, or need not be. The goroutine that submitted
	// p calls this or NotStored.
	Stored(p *broker.Push)
	// NextStamp returns a number for a push, unique in the cluster and above all before.
	NextStamp() uint64
	// Transfer ends the connection of the device as replaced, holds its pushes by the storage
	// rule, removes them from the queue and returns copies of them. Their records stay. Each
	// copy has a Former with its number and its deadline, which also says whether it was sent.
	Transfer(to broker.Address) []*broker.Push
	// Transferred says that the broker of another node has p: it records that p was
	// forwarded, and deletes its record, unless a queue here has the number again.
	Transferred(p *broker.Push, node string)
}

// Sessions are the connections of devices at this node.
type Sessions interface {
	// Quiet returns when acknowledgements that are on their way have been read, after 200 ms
	// at most. Nothing is sent to the device until resume is called.
	Quiet(to broker.Address) (resume func())
}

// Registries are the teams, apps, retirements and the rest that all nodes know.
type Registries interface {
	// Revision is the one up to which this node has applied the changes.
	Revision() Revision
	// Await returns when the changes up to a revision are applied, or when end is closed.
	Await(r Revision, end <-chan struct{})
}

// Config configures a [Node]. All fields are required unless they say that they may be nil.
type Config struct {
	ID         NodeID
	Bus        Bus
	Owners     Owners
	Broker     Broker
	Sessions   Sessions
	Registries Registries
	// Hurry has the log of this node written at once; see [Node.Hurry]. It may be nil.
	Hurry func()
	Log   *slog.Logger // may be nil
}

const (
	// requestTimeout is how long a node waits for the response of another. Longer than the
	// acknowledgement of a device and the log take, so that a push is seldom sent twice.
	requestTimeout = 2 * time.Second
	// giveUpAfter is how long a push waits for an owner that responds.
	giveUpAfter = 15 * time.Second
	// claimWait is how long a login waits for the pushes of the former owner.
	claimWait = 200 * time.Millisecond
	// maxMoves is how often a push may be sent on because the address has another owner.
	maxMoves = 8
	// movePause is how much longer each of these steps waits than the one before: the nodes
	// need some time until they agree about an owner.
	movePause = 10 * time.Millisecond
	// lingerFor is how long pushes wait for others, if no provider waits for their responses.
	lingerFor = 2 * time.Millisecond
	// maxBatch is how many pushes are in one message.
	maxBatch = 256
)

// A Node is this node's part in the cluster.
type Node struct {
	// Read-only.
	Config
	stopServing func()

	tasks   tasks
	number  atomic.Uint64 // of the newest message
	stripes [stripeCount]stripe
	newest  newestNumbers
	unowned unowned

	mu       sync.Mutex // outbox.mu is locked under it: docs/lock-order.md
	outboxes map[outboxKey]*outbox
}

// New returns a node that receives messages and follows the owners, until Close.
func New(cfg Config) *Node {
	n := &Node{Config: cfg, outboxes: make(map[outboxKey]*outbox)}
	if n.Log == nil {
		n.Log = slog.New(slog.DiscardHandler)
	}
	n.tasks.ending = make(chan struct{})
	n.Owners.OnChange(n.ownerChanged)
	n.stopServing = n.Bus.Serve(n.respond)
	return n
}

// Router returns what providers submit pushes to.
func (n *Node) Router() *Router { return &Router{n} }

// Close stops receiving and sending. Pushes that no owner has accepted yet fail; the pushes of
// a transfer stay in the log of this node. It waits for the records that the broker is
// writing.
func (n *Node) Close() {
	n.tasks.end()
	n.stopServing()
	n.tasks.running.Wait()
}

// tasks are the goroutines of a node.
type tasks struct {
	mu      sync.Mutex // held for an instant, with nothing locked under it
	ended   bool
	ending  chan struct{} // closed by end
	running sync.WaitGroup
}

// start runs f in a goroutine for which Close waits. It reports false, and does not, once the
// node is closed.
func (t *tasks) start(f func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended {
		return false
	}
	t.running.Go(f)
	return true
}

func (t *tasks) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.ended {
		t.ended = true
		close(t.ending)
	}
}

// pause waits, or until the node is closed.
func (t *tasks) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.ending:
	}
}
