package journal

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// A watch is called with each event as it is recorded, until it is stopped.
type watch interface {
	// see is called with an event. The first attributes is that of the event, the second
	// that of its push, nil if it has none. never reports that no event of the push can
	// match.
	see(e *Event, event, push *filters.Attributes, d *filters.Document) (never bool)
}

// watches is the list of active watches.
type watches struct {
	mu   sync.Mutex
	list atomic.Pointer[[]watch] // replaced, never changed; nil while there is none
}

func (w *watches) start(one watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []watch
	if p := w.list.Load(); p != nil {
		list = *p
	}
	list = append(slices.Clip(list), one)
	w.list.Store(&list)
}

// stop ends a watch, and reports whether it was the last.
func (w *watches) stop(one watch) (last bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(*w.list.Load()), func(other watch) bool { return other == one })
	if len(list) == 0 {
		w.list.Store(nil)
		return true
	}
	w.list.Store(&list)
	return false
}

// notify calls the watches with a recorded event. The attributes and the decoded payload
// are computed once for all of them. The event is passed by value; otherwise it would be
// allocated even without watches.
func (j *Journal) notify(list *[]watch, recorded Event) {
	e := &recorded
	if e.Trace == nil {
		event := e.attributesOf(nil)
		for _, one := range *list {
			one.see(e, &event, nil, new(filters.Document))
		}
		return
	}
	push, _ := e.Trace.attributes()
	event := e.attributesOf(&push)
	seen := j.watchCache.of(e.Trace)
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if seen.list != list {
		seen.list, seen.never = list, [maxNever / 64]uint64{}
	}
	for i, one := range *list {
		if i < maxNever && seen.never[i/64]&(1<<(i%64)) != 0 {
			continue
		}
		if one.see(e, &event, &push, &seen.document) && i < maxNever {
			seen.never[i/64] |= 1 << (i % 64)
		}
	}
}

// maxNever is the number of watches whose result never is cached.
const maxNever = 256

// A watchCache has the decoded payloads of pushes with recent events, and which watches can
// never match them: a payload is decoded once per push, and a watch that can never
// match a push is called once for it.
type watchCache [512]atomic.Pointer[watchedPush]

type watchedPush struct {
	trace *Trace // read-only

	mu       sync.Mutex // taken before that of a waiting: docs/lock-order.md
	document filters.Document
	list     *[]watch              // that never refers to
	never    [maxNever / 64]uint64 // bits, by index in list
}

func (r *watchCache) clear() {
	for i := range r {
		r[i].Store(nil)
	}
}

func (r *watchCache) of(t *Trace) *watchedPush {
	at := &r[t.number%uint64(len(r))]
	if there := at.Load(); there != nil && there.trace == t {
		return there
	}
	fresh := &watchedPush{trace: t}
	at.Store(fresh)
	return fresh
}

// A Watch signals events that match a filter.
type Watch struct {
	journal  *Journal
	filter   filters.Filter
	signaled atomic.Bool
	hit      atomic.Uint64 // the number of the event that was signaled
	ready    chan struct{}
}

// Watch starts a watch for events that match f; [Watch.Stop] must be called.
func (j *Journal) Watch(f filters.Filter) *Watch {
	w := &Watch{journal: j, filter: f, ready: make(chan struct{}, 1)}
	if j != nil {
		j.watches.start(w)
	}
	return w
}

// Stop ends the watch.
func (w *Watch) Stop() {
	if w.journal != nil {
		w.journal.endWatch(w)
	}
}

// endWatch stops a watch; after the last one it clears the caches for watches.
func (j *Journal) endWatch(one watch) {
	if j.watches.stop(one) {
		j.pages.clear()
		j.watchCache.clear()
	}
}

// C receives a value after a matching event was recorded. The receiver must then call
// [Watch.Since].
func (w *Watch) C() <-chan struct{} { return w.ready }

// maxOverlap limits how many events are read again: events may be signaled in another
// order than that of their numbers.
const maxOverlap = 4096

// Since returns the number after which matching events begin, for a reader at cursor.
// It is called before [Journal.ReadShared].
func (w *Watch) Since(cursor uint64) uint64 {
	if w.journal == nil {
		return cursor
	}
	upTo := w.journal.Last() // nothing has matched
	if w.signaled.Load() {
		upTo = w.hit.Load()
		w.signaled.Store(false)
	}
	overlap := uint64(min(maxOverlap, w.journal.shards[0].limit/2)) // what is kept in any shard
	return max(cursor, upTo-min(overlap, upTo))
}

func (w *Watch) see(e *Event, event, _ *filters.Attributes, d *filters.Document) (never bool) {
	if w.signaled.Load() {
		return false
	}
	match, never := w.filter.MatchOrNever(event, d)
	if !match || !w.signaled.CompareAndSwap(false, true) {
		return never
	}
	w.hit.Store(e.Seq)
	select {
	case w.ready <- struct{}{}:
	default: // the last signal was not received yet
	}
	return false
}

// Wait returns when there is an event after the cursor, or with ctx's error.
func (j *Journal) Wait(ctx context.Context, cursor uint64) error {
	w := j.Watch(filters.Filter{})
	defer w.Stop()
	if j.Last() > cursor {
		return nil
	}
	select {
	case <-w.C():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Waiting returns the number of active watches.
func (j *Journal) Waiting() int {
	if j == nil {
		return 0
	}
	if p := j.watches.list.Load(); p != nil {
		return len(*p)
	}
	return 0
}
