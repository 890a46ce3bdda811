package groupcommit

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/store"
)

// Put adds a record to the queue of the writer. The error is an [apns.Rejection], with
// the reason ServiceUnavailable.
func (w *Writer) Put(r store.Record, what store.Prospect, by *store.Pending) (store.Receipt, error) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.putLocked(r, what, by, now)
}

func (w *Writer) putLocked(r store.Record, what store.Prospect, by *store.Pending, now time.Time) (store.Receipt, error) {
	switch {
	case w.closed:
		return 0, unavailable(ErrClosed)
	case w.failure != nil:
		return 0, unavailable(w.failure)
	}
	by.Add(w.hurry)
	w.marks.Raise(r.Seq, r.Stamp)
	i := waits
	if what == store.Leaves {
		i = leaves
	}
	position := w.queues[i].add(put{Record: r, by: by, at: now})
	w.fallbackLocked()
	return receipt(i, position), nil
}

// Delete deletes a record from the queue, or else from the file, soon.
func (w *Writer) Delete(_ store.Address, seq uint64, of store.Receipt, how store.End) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deleteLocked(seq, of, how, now)
}

// Replace puts a record in place of one with the same number, in one transaction.
func (w *Writer) Replace(r store.Record, of store.Receipt) (store.Receipt, error) {
	now := time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	put, err := w.putLocked(r, store.Leaves, nil, now)
	if err == nil {
		w.deleteLocked(r.Seq, of, store.Dropped, now)
	}
	return put, err
}

func (w *Writer) deleteLocked(seq uint64, of store.Receipt, how store.End, now time.Time) {
	if of != 0 {
		if i, position := place(of); w.cancelLocked(i, position, how, now) {
			return
		}
	}
	if len(w.ended) == 0 {
		w.endedAt = now
	}
	w.ended = append(w.ended, seq)
	w.ordered = w.ordered || how == store.Dropped
	w.fallbackLocked()
}

// cancelLocked deletes a put if it is still in its queue, and reports that.
func (w *Writer) cancelLocked(i int, position uint64, how store.End, now time.Time) bool {
	q := &w.queues[i]
	p := q.at(position)
	if how == store.Delivered && i == leaves {
		w.latency.sample(now.Sub(w.sentAtLocked(p, position)))
	}
	if p == nil {
		return false
	}
	by := p.by
	q.cancel(p)
	if how == store.Dropped && by != nil {
		// Its provider is answered when what replaced it is durable.
		w.queues[waits].add(put{by: by, at: now, unwritten: true})
		w.ordered = true
		return true
	}
	by.Done()
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

// Marks returns the highest numbers so far.
func (w *Writer) Marks() (store.Marks, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.marks, nil
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
