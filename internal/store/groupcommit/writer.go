package groupcommit

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/store"
)

const (
	// longestWait is how long a change may wait for which nobody waits.
	longestWait = 10 * time.Millisecond
	// markInterval is how old the highest numbers in the medium may become while no record is
	// written, because all are acknowledged in time.
	markInterval = time.Second
)

// ErrClosed is the error of changes after [Writer.Close].
var ErrClosed = errors.New("the state is closed")

// Config says what a [Writer] writes to.
type Config struct {
	// Medium is closed by [Writer.Close].
	Medium Medium
	// HighWater are those in the medium.
	HighWater store.HighWater
	// Log is where the writer logs that nothing can be stored.
	Log *slog.Logger
}

// A Writer is the [store.Store] of a medium.
type Writer struct {
	log *slog.Logger

	// Owned by the writer's goroutine.
	medium Medium
	done   chan struct{} // closed when the goroutine has ended
	err    error         // of the last commit; read after done

	// Guarded by mu, which is locked under that of a queue of the broker; only that of a
	// store.Pending is locked under it: docs/lock-order.md.
	mu        sync.Mutex
	queues    [queues]queue
	flushing  bool     // a caller waits for what is in the queues
	ended     []uint64 // numbers of records to delete
	endedAt   time.Time
	ordered   bool // a deletion depends on records that were put before
	changes   []*changes
	jobs      []func()
	highWater store.HighWater
	saved     store.HighWater // in the medium
	savedAt   time.Time
	latency   latency
	recent    recent
	failure   error // why nothing can be stored; nil if it can
	closed    bool
	wakeAt    time.Time // when the timer fires; zero if it does not
	timer     *time.Timer
	wake      chan struct{} // capacity 1
	flushFunc func()        // [Writer.flush], made once
}

// New starts a writer.
func New(cfg Config) *Writer {
	w := &Writer{
		log: cfg.Log, medium: cfg.Medium, done: make(chan struct{}), wake: make(chan struct{}, 1),
		highWater: cfg.HighWater, saved: cfg.HighWater, savedAt: time.Now(), timer: time.NewTimer(time.Hour),
	}
	w.timer.Stop()
	w.flushFunc = w.flush
	go w.write()
	return w
}

// Close writes what is not written yet, and closes the medium. The goroutine has ended when
// it returns. Records that cannot be written fail.
func (w *Writer) Close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return ErrClosed
	}
	w.closed = true
	w.mu.Unlock()
	w.signal()
	<-w.done
	return errors.Join(w.err, w.medium.Close())
}

// signal wakes the writer.
func (w *Writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default: // it has not seen the last signal yet
	}
}

// flush has the queues written soon, since a caller waits for what is in them.
func (w *Writer) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flushing = w.queues[waits].live > 0
	w.wakeLocked()
}

// wakeLocked has the writer look at the queues as soon as something is due.
func (w *Writer) wakeLocked() {
	now := time.Now()
	switch due := w.dueLocked(); {
	case due.IsZero():
	case !due.After(now):
		w.signal()
	case w.wakeAt.IsZero() || due.Before(w.wakeAt):
		w.wakeAt = due
		w.timer.Reset(due.Sub(now))
	}
}

// dueLocked returns when the next group is due, the zero time if there is nothing
// to write.
func (w *Writer) dueLocked() (due time.Time) {
	sooner := func(at time.Time) {
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	if len(w.jobs) > 0 || len(w.changes) > 0 || w.closed {
		return time.Unix(1, 0)
	}
	if q := &w.queues[waits]; q.live > 0 {
		if w.flushing {
			return time.Unix(1, 0)
		}
		sooner(q.oldest().Add(longestWait))
	}
	if q := &w.queues[leaves]; q.live > 0 {
		sooner(q.oldest().Add(w.latency.wait()))
	}
	if len(w.ended) > 0 {
		sooner(w.endedAt.Add(longestWait))
	}
	if w.highWater != w.saved {
		sooner(w.savedAt.Add(markInterval))
	}
	return due
}

// fallbackLocked has a change written for which nobody may wait.
func (w *Writer) fallbackLocked() {
	if w.wakeAt.IsZero() {
		w.wakeLocked()
	}
}

// write is the writer. It ends once the Writer is closed and nothing is left to write.
func (w *Writer) write() {
	defer close(w.done)
	g := new(Group)
	for {
		jobs, closed := w.await(g)
		if !g.empty(w.saved) {
			if w.err = w.medium.Commit(g); w.err != nil {
				w.recover(g)
			} else {
				g.durable()
			}
			w.noteSaved(g)
		}
		for _, job := range jobs {
			job()
		}
		if closed {
			return
		}
	}
}

// await waits until a group is due, or somebody wants something of the medium, and
// makes g the group that is to be written. closed says that no further ones follow.
func (w *Writer) await(g *Group) (jobs []func(), closed bool) {
	for {
		w.mu.Lock()
		now := time.Now()
		w.wakeAt = time.Time{}
		if due := w.dueLocked(); !due.IsZero() && !due.After(now) {
			w.takeLocked(g, now)
			jobs, w.jobs = w.jobs, nil
			closed = w.closed
			w.mu.Unlock()
			return jobs, closed
		}
		w.wakeLocked() // for what is due later
		w.mu.Unlock()
		select {
		case <-w.timer.C:
		case <-w.wake:
		}
	}
}

// takeLocked makes g the group of what is in the queues. Pushes that were just sent stay
// there, unless a deletion depends on them.
func (w *Writer) takeLocked(g *Group, now time.Time) {
	sent := now.Add(-w.latency.wait() / 2)
	if w.ordered || w.closed || len(w.jobs) > 0 {
		sent = now
	}
	g.puts = w.queues[waits].take(g.puts[:0], now)
	if q := &w.queues[leaves]; q.live > 0 {
		w.recent.note(q.base, q.oldest())
		g.puts = q.take(g.puts, sent)
	}
	g.Ended, w.ended = w.ended, g.Ended[:0]
	g.changes, w.changes = w.changes, g.changes[:0]
	g.HighWater, g.Probe = w.highWater, false
	w.flushing, w.ordered = false, false
}

// noteSaved notes what is in the medium now.
func (w *Writer) noteSaved(g *Group) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.saved, w.savedAt = g.HighWater, time.Now()
}
