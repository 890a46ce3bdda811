package groupcommit

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/store"
)

// Put adds a record to the queue of the writer. The error is an [apns.Rejection], with
// the reason ServiceUnavailable.
func (w *Writer) Put(r store.Record, delivery store.Delivery, pending *store.Pending) (store.Handle, error) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.putLocked(r, delivery, pending, now)
}

func (w *Writer) putLocked(r store.Record, delivery store.Delivery, pending *store.Pending, now time.Time) (store.Handle, error) {
	switch {
	case w.closed:
		return 0, unavailable(ErrClosed)
	case w.failure != nil:
		return 0, unavailable(w.failure)
	}
	pending.Add(w.flushFunc)
	w.highWater.Raise(r.Seq, r.Stamp)
	i := waits
	if delivery == store.Leaves {
		i = leaves
	}
	position := w.queues[i].add(put{Record: r, pending: pending, at: now})
	w.fallbackLocked()
	return handleOf(i, position), nil
}

// Delete deletes a record from the queue, or else from the medium, soon.
func (w *Writer) Delete(_ store.Address, seq uint64, handle store.Handle, outcome store.Outcome) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deleteLocked(seq, handle, outcome, now)
}

// Replace changes a record that is still in its queue.
func (w *Writer) Replace(r store.Record, handle store.Handle) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if handle == 0 {
		return false
	}
	i, position := locationOf(handle)
	p := w.queues[i].at(position)
	if p == nil {
		return false
	}
	p.Record = r
	w.highWater.Raise(r.Seq, r.Stamp)
	return true
}

func (w *Writer) deleteLocked(seq uint64, handle store.Handle, outcome store.Outcome, now time.Time) {
	if handle != 0 {
		if i, position := locationOf(handle); w.cancelLocked(i, position, outcome, now) {
			return
		}
	}
	if len(w.ended) == 0 {
		w.endedAt = now
	}
	w.ended = append(w.ended, seq)
	w.ordered = w.ordered || outcome == store.Dropped
	w.fallbackLocked()
}

// cancelLocked deletes a put if it is still in its queue, and reports that.
func (w *Writer) cancelLocked(i int, position uint64, outcome store.Outcome, now time.Time) bool {
	q := &w.queues[i]
	p := q.at(position)
	if outcome == store.Delivered && i == leaves {
		w.latency.sample(now.Sub(w.sentAtLocked(p, position)))
	}
	if p == nil {
		return false
	}
	pending := p.pending
	q.cancel(p)
	if outcome == store.Dropped && pending != nil {
		// Its provider is answered when what replaced it is durable.
		w.queues[waits].add(put{pending: pending, at: now, unwritten: true})
		w.ordered = true
		return true
	}
	pending.Done()
	return true
}

// sentAtLocked returns when the push at a position of the queue of pushes that leave was
// put; about when, if it is no longer in the queue.
func (w *Writer) sentAtLocked(p *put, position uint64) time.Time {
	if p != nil {
		return p.at
	}
	return w.recent.at(position)
}

// Load writes what is in the queues and returns all records in the medium.
func (w *Writer) Load() (records []store.Record, err error) {
	doErr := w.Do(func() { records, err = w.medium.Load() })
	if doErr != nil {
		return nil, doErr
	}
	return records, err
}

// HighWater returns the highest numbers so far.
func (w *Writer) HighWater() (store.HighWater, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.highWater, nil
}

// Do has the writer call f, which may use the medium, after writing what is in the queues.
func (w *Writer) Do(f func()) error {
	done := make(chan struct{})
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return ErrClosed
	}
	w.jobs = append(w.jobs, func() {
		defer close(done)
		f()
	})
	w.mu.Unlock()
	w.signal()
	<-done
	return nil
}
