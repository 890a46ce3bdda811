package journal

import (
	"math"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
)

// eventsPerPush is the number of events of an ordinary push: received, accepted, sent,
// delivered.
const eventsPerPush = 4

const shardCount = 8 // a power of two

// failureShard has the failures and the Disconnected events of unknown devices, so that
// these evict nothing else.
const failureShard = shardCount

// Config configures a [Journal]. Its zero value is useful.
type Config struct {
	// Capacity is how many events are kept; newer ones evict the oldest of their
	// shard. 0 means four for each push of the history.
	Capacity int
	// History is how many pushes are kept with their events; 0 means
	// [DefaultHistory].
	History int
	// HistoryBytes is the approximate limit of their memory; 0 means
	// [DefaultHistoryBytes]. The oldest are evicted first.
	HistoryBytes int
	// Clock gives the time of events that have none.
	Clock *clock.Clock
}

// A Journal keeps the latest events. All methods may be called from any
// goroutine, and on a nil *Journal, which keeps nothing.
//
// Events are spread over shards by device so that busy connections do not wait
// for each other. An event gets its number while its shard is locked, so a reader that
// holds all shards sees every event up to the newest number.
type Journal struct {
	clock   *clock.Clock
	seq     atomic.Uint64
	shards  [shardCount + 1]shard
	history history

	connections atomic.Uint64 // newest number of a connection
	deletions   atomic.Uint64 // how often records were deleted

	open map[string]*Trace // by apns-id, see BeginTraces; nil while events are recorded

	scanning   sync.Mutex // held during a scan of the history for a wait, so that many waits use one CPU; taken before that of a waiting: docs/lock-order.md
	watches    watches
	watchCache watchCache
	pages      pages
}

// A shard is a ring of events with rising numbers.
type shard struct {
	mu      sync.Mutex
	events  []Event
	oldest  int    // index of the oldest event once the ring is full
	limit   int    // capacity of the ring
	evicted uint64 // highest evicted number
	counts  counts
	_       [24]byte
}

// New makes a journal.
func New(cfg Config) *Journal {
	j := &Journal{clock: cfg.Clock}
	j.history.init(cfg)
	if cfg.Capacity <= 0 {
		cfg.Capacity = eventsPerPush * j.history.pushes.limit
	}
	for i := range j.shards {
		j.shards[i].limit = max(1, (cfg.Capacity+shardCount-1)/shardCount)
	}
	j.shards[failureShard].limit = j.history.failures.limit
	return j
}

// NextConnection numbers the connections of all listeners, from 1.
func (j *Journal) NextConnection() uint64 {
	if j == nil {
		return 0
	}
	return j.connections.Add(1)
}

// Record appends e, giving it the next number and, if it has none, the time. An
// event of a push that was deleted is left out.
func (j *Journal) Record(e Event) {
	if j == nil {
		return
	}
	if e.At.IsZero() {
		e.At = j.clock.Now()
	}
	sweep := false
	if e.Trace != nil {
		recorded := false
		if recorded, sweep = j.follow(&e); !recorded {
			return
		}
	}
	s := j.shardOf(&e)
	s.mu.Lock()
	e.Seq = j.seq.Add(1)
	s.append(e)
	s.counts.add(&e)
	s.mu.Unlock()
	if sweep {
		_, evicted := j.history.retained()
		// A trace with an event in a shard already has its number.
		j.removeEvents(func(t *Trace) bool { return t.number <= evicted.upTo(t) }, true)
	}
	if watches := j.watches.list.Load(); watches != nil {
		j.notify(watches, e)
	}
}

func (j *Journal) shardOf(e *Event) *shard {
	if e.Kind == Failure || e.Kind == Disconnected && e.Device == (apns.DeviceID{}) {
		return &j.shards[failureShard]
	}
	return &j.shards[e.Device[0]&(shardCount-1)]
}

// follow notes e on its trace, and adds the trace to the history if this is its first
// event. It reports whether the event is to be recorded.
func (j *Journal) follow(e *Event) (recorded, sweep bool) {
	t := e.Trace
	e.Push = nil // the trace has it
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.deleted {
		return false, false
	}
	before := t.extendedBytesLocked()
	t.noteLocked(e)
	if t.number == 0 {
		t.failure = e.Kind == Failure
		return true, j.history.add(t)
	}
	if more := t.extendedBytesLocked() - before; more > 0 {
		sweep = j.history.grow(t, more)
	}
	return true, sweep
}

// removeEvents removes the events of removed traces. With missed set, a reader that resumes
// before them learns that it has missed events.
func (j *Journal) removeEvents(removed func(*Trace) bool, missed bool) {
	for i := range j.shards {
		j.shards[i].removeEvents(removed, missed)
	}
	j.pages.clear()
}

func (s *shard) removeEvents(removed func(*Trace) bool, missed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := make([]Event, 0, len(s.events))
	s.after(0, math.MaxInt, func(e Event) {
		if e.Trace != nil && removed(e.Trace) {
			if missed {
				s.evicted = max(s.evicted, e.Seq)
			}
			return
		}
		kept = append(kept, e)
	})
	s.events, s.oldest = kept, 0
}

func (s *shard) append(e Event) {
	if len(s.events) < s.limit {
		s.events = append(s.events, e)
		return
	}
	s.evicted = s.events[s.oldest].Seq
	s.events[s.oldest] = e
	s.oldest = (s.oldest + 1) % s.limit
}

// after calls yield for the shard's events with a number above seq, oldest
// first, and stops after most of them.
func (s *shard) after(seq uint64, most int, yield func(Event)) {
	n := len(s.events)
	at := func(i int) Event { return s.events[(s.oldest+i)%n] }
	first := sort.Search(n, func(i int) bool { return at(i).Seq > seq })
	for i := first; i < n && i-first < most; i++ {
		yield(at(i))
	}
}
