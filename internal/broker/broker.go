package broker

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/state"
	"github.com/apns-sim/apns-sim/internal/store"
)

// Config configures a [Broker]. Its zero value is useful.
type Config struct {
	// Storage is the rule of what waits for a device that is away.
	Storage Storage
	// Window is how many pushes are sent to a device before the first of them
	// is acknowledged; 0 means [DefaultWindow].
	Window int
	// Priorities is the rule of what waits for a device that is connected.
	Priorities Priorities
	// Hourly is how many pushes of some kinds are delivered in an hour.
	Hourly Hourly
	// AckTimeout is how long a delivery may stay unacknowledged before the
	// connection is ended and the push is sent on the next one; 0 disables the
	// timeout.
	AckTimeout time.Duration
	// AppRemoved is called with a push whose app counts as removed (see
	// [Storage.EnableTimeout]), so that its token can be retired. [Broker.Sweep] calls
	// it, with nothing locked. It may be nil.
	AppRemoved func(*Push)
	// AskRemoved sends a push to a retired token that is not reported yet to the
	// device, so that the device confirms that it does not have the app.
	AskRemoved bool
	// Backlog is how many pushes may wait to be sent to a connected device
	// before further ones are rejected with TooManyRequests; 0 means
	// [DefaultBacklog]. Payloads of 16 MiB together are too many as well.
	Backlog int
	// MaxChannels is how many broadcast channels an app may have in each
	// environment; 0 means [DefaultMaxChannels].
	MaxChannels int
	// ChannelBudget is how fast messages may be published to one channel.
	ChannelBudget Budget
	// Store keeps accepted pushes that are neither delivered nor dropped for a later
	// broker; nil keeps them in this broker's queues alone.
	Store store.Store
	// Saver saves channels; nil keeps them in memory. SavedChannels are those that were saved
	// before.
	Saver         *state.Saver
	SavedChannels []state.Channel
	// Journal may be nil.
	Journal *journal.Journal
	// Clock may be nil, for the machine's time.
	Clock *clock.Clock
	// Spaces assigns devices and teams to spaces, each with its own clock; nil means
	// that there is only the default space, whose clock is Clock.
	Spaces *space.Registry
	// Log may be nil.
	Log *slog.Logger
}

// An Address is where pushes go.
type Address = store.Address

// A Push is a notification with the address it is for.
type Push struct {
	*apns.Notification
	To Address
	// Hash is the topic as the device knows it.
	Hash apns.TopicHash
	// Base says that the push is addressed to the device's base token.
	Base bool
	// Unreported says that the token is retired and not reported yet: the push is
	// accepted, and dropped, unless [Config].AskRemoved has it sent.
	Unreported bool
	// Trace is where the journal records the events of the push; nil if they are not
	// recorded.
	Trace *journal.Trace
	// Former is nil if no node has numbered the push before.
	Former *Former

	durable atomic.Bool // its record is

	// Guarded by the lock of the queue.
	handle     store.Handle // of its record
	replaced   []*entry     // pushes that are needed again if the record of this one fails
	superseded bool         // it is in replaced of another push
	failed     bool         // it was superseded, and rejected since
}

const shardCount = 64 // a power of two

// A Broker holds a queue per address: a device, and one of its users, in one
// environment. All methods may be called from any goroutine.
type Broker struct {
	// Read-only once made.
	storage    Storage
	priorities Priorities
	hourly     Hourly
	window     int
	backlog    int
	ackTimeout time.Duration
	appRemoved func(*Push) // may be nil
	askRemoved bool
	store      store.Store  // may be nil
	saver      *state.Saver // may be nil
	journal    *journal.Journal
	clock      *clock.Clock // of the default space
	spaces     *space.Registry
	log        *slog.Logger
	restored   uint64 // number of the newest push of an earlier broker

	seq       atomic.Uint64 // number of the newest push
	timestamp atomic.Uint64 // newest timestamp given to a push, nanoseconds
	due       atomic.Int64  // nothing is due before; the machine's nanoseconds since 1970
	moves     atomic.Uint64 // how often the clocks had been moved at the last sweep
	sooner    chan struct{} // see Sooner

	shards [shardCount]shard

	channels channels
	budgets  [2]int // messages a minute, by storage policy; read-only
}

// A shard is some of the queues.
type shard struct {
	// Taken before the lock of a queue: docs/lock-order.md.
	mu     sync.RWMutex
	queues map[Address]*queue

	due atomic.Int64 // nothing in it is due before; the machine's nanoseconds since 1970
}

// New returns a broker and loads the pushes that are in its store. It fails only if the
// store cannot be read.
func New(cfg Config) (*Broker, error) {
	b := &Broker{
		storage:    cfg.Storage.withDefaults(),
		priorities: cfg.Priorities,
		hourly:     cfg.Hourly,
		window:     cmp.Or(max(0, cfg.Window), DefaultWindow),
		backlog:    cmp.Or(max(0, cfg.Backlog), DefaultBacklog),
		ackTimeout: cfg.AckTimeout,
		appRemoved: cfg.AppRemoved,
		askRemoved: cfg.AskRemoved,
		store:      cfg.Store,
		saver:      cfg.Saver,
		journal:    cfg.Journal,
		clock:      cfg.Clock,
		spaces:     cfg.Spaces,
		log:        cfg.Log,
		budgets:    cfg.ChannelBudget.byPolicy(),
		sooner:     make(chan struct{}, 1),
	}
	b.channels.max = cmp.Or(max(0, cfg.MaxChannels), DefaultMaxChannels)
	b.channels.apps = make(map[channelApp]map[ChannelID]*channel)
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.due.Store(math.MaxInt64)
	b.moves.Store(b.clock.Moves())
	for i := range b.shards {
		b.shards[i].due.Store(math.MaxInt64)
		b.shards[i].queues = make(map[Address]*queue)
	}
	if err := b.restoreChannels(cfg.SavedChannels); err != nil {
		return b, err
	}
	return b, b.restore()
}

// restore takes the pushes of an earlier broker from the store.
func (b *Broker) restore() error {
	if b.store == nil {
		return nil
	}
	records, err := b.store.Load()
	if err != nil {
		return fmt.Errorf("load stored pushes: %w", err)
	}
	// The machine's clock may have been set back since.
	highWater, err := b.store.HighWater()
	if err != nil {
		return fmt.Errorf("load the numbers of stored pushes: %w", err)
	}
	b.restored = highWater.Seq
	b.seq.Store(max(b.seq.Load(), highWater.Seq))
	b.timestamp.Store(max(b.timestamp.Load(), highWater.Stamp))
	for _, r := range records {
		push := &Push{
			Notification: r.Push, To: r.To, Hash: r.Topic, Base: r.Base,
			Trace: b.journal.TraceOf(r.Push, r.To.Device),
		}
		push.durable.Store(true)
		b.update(r.To, func(q *queue) {
			now := q.clock.Now()
			q.holdLocked(&entry{
				push:      push,
				seq:       r.Seq,
				timestamp: r.Stamp,
				deadline:  min(r.Deadline, now.Add(apns.MaxRetention).UnixNano()), // longer if the clock was set back
				storable:  true,
				lasting:   true,
				inStore:   true,
				attempts:  1, // it may have been sent before
			}, Restarted, now)
		})
	}
	return nil
}

func (b *Broker) shardOf(to Address) *shard { return &b.shards[to.Device[0]&(shardCount-1)] }

// withQueue calls f with the queue of an address locked, making the queue if
// there is none.
func (b *Broker) withQueue(to Address, f func(*queue)) {
	s := b.shardOf(to)
	s.mu.RLock()
	if q := s.queues[to]; q != nil {
		defer s.mu.RUnlock() // held so that the queue is not swept meanwhile
		q.mu.Lock()
		defer q.mu.Unlock()
		f(q)
		return
	}
	s.mu.RUnlock()

	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queues[to]
	if q == nil {
		q = &queue{b: b, to: to}
		q.updateSpaceLocked()
		s.queues[to] = q
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	f(q)
}

// update is withQueue, and leaves no queue behind that has nothing in it.
func (b *Broker) update(to Address, f func(*queue)) {
	idle := false
	b.withQueue(to, func(q *queue) {
		f(q)
		idle = q.idleLocked()
	})
	if idle {
		b.removeIdle(to)
	}
}

// removeIdle removes the queue of an address if it is still idle.
func (b *Broker) removeIdle(to Address) {
	s := b.shardOf(to)
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queues[to]
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.idleLocked() {
		delete(s.queues, to)
	}
}

// Submit accepts p for delivery: it is sent, stored or dropped, depending on its
// address, topic and expiration; the journal records which. If p has to be stored, that
// is done when pending.Wait returns; pending may be nil. The error is an *apns.Rejection.
func (b *Broker) Submit(p *Push, pending *store.Pending) error {
	e := &entry{push: p}
	var err error
	b.update(p.To, func(q *queue) {
		now := q.clock.Now()
		if p.Unreported {
			q.submitUnreportedLocked(e, now)
			return
		}
		deadline := p.Expiration.Deadline(now)
		e.deadline, e.storable = deadline.UnixNano(), deadline.After(now)
		e.lasting = e.storable
		err = q.submitLocked(e, pending, now)
	})
	return err
}

// InFlight returns the connection of the device at an address, nil if it has none,
// and how many pushes it was sent and has not acknowledged.
func (b *Broker) InFlight(to Address) (connection Connection, count int) {
	s := b.shardOf(to)
	s.mu.RLock()
	defer s.mu.RUnlock()
	q := s.queues[to]
	if q == nil {
		return nil, 0
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.consumer == nil {
		return nil, 0
	}
	return q.consumer.connection, q.consumer.flight.count
}

// Connected reports whether the device at an address has a connection.
func (b *Broker) Connected(to Address) bool {
	s := b.shardOf(to)
	s.mu.RLock()
	defer s.mu.RUnlock()
	q := s.queues[to]
	if q == nil {
		return false
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.consumer != nil
}

func (b *Broker) record(kind journal.Kind, p *Push, cause Cause, now time.Time) {
	b.journal.Record(journal.Event{At: now, Kind: kind, Push: p.Notification, Trace: p.Trace, Device: p.To.Device, Cause: string(cause)})
}
