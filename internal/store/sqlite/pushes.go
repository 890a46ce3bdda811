package sqlite

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/store"
)

// pushes is the [store.Store] of a DB.
type pushes struct{ *DB }

// Pushes returns where the broker keeps pushes.
func (db *DB) Pushes() store.Store { return pushes{db} }

// Put adds a record to the queue of the writer. The error is an [apns.Rejection], with
// the reason ServiceUnavailable.
func (db pushes) Put(r store.Record, what store.Prospect, by *store.Pending) (store.Receipt, error) {
	now := time.Now()
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.putLocked(r, what, by, now)
}

func (db pushes) putLocked(r store.Record, what store.Prospect, by *store.Pending, now time.Time) (store.Receipt, error) {
	switch {
	case db.closed:
		return 0, unavailable(errClosed)
	case db.failure != nil:
		return 0, unavailable(db.failure)
	}
	by.Add(db.hurry)
	db.marks.Raise(r.Seq, r.Stamp)
	i := waits
	if what == store.Leaves {
		i = leaves
	}
	position := db.queues[i].add(put{Record: r, by: by, at: now})
	db.fallbackLocked()
	return receipt(i, position), nil
}

// Delete deletes a record from the queue, or else from the file, soon.
func (db pushes) Delete(_ store.Address, seq uint64, of store.Receipt, how store.End) {
	now := time.Now()
	db.mu.Lock()
	defer db.mu.Unlock()
	db.deleteLocked(seq, of, how, now)
}

// Replace puts a record in place of one with the same number, in one transaction.
func (db pushes) Replace(r store.Record, of store.Receipt) (store.Receipt, error) {
	now := time.Now()
	db.mu.Lock()
	defer db.mu.Unlock()
	put, err := db.putLocked(r, store.Leaves, nil, now)
	if err == nil {
		db.deleteLocked(r.Seq, of, store.Dropped, now)
	}
	return put, err
}

func (db pushes) deleteLocked(seq uint64, of store.Receipt, how store.End, now time.Time) {
	if of != 0 {
		if i, position := place(of); db.cancelLocked(i, position, how, now) {
			return
		}
	}
	if len(db.ended) == 0 {
		db.endedAt = now
	}
	db.ended = append(db.ended, seq)
	db.ordered = db.ordered || how == store.Dropped
	db.fallbackLocked()
}

// cancelLocked deletes a put if it is still in its queue, and reports that.
func (db pushes) cancelLocked(i int, position uint64, how store.End, now time.Time) bool {
	q := &db.queues[i]
	p := q.at(position)
	if how == store.Delivered && i == leaves {
		db.latency.sample(now.Sub(db.sentAtLocked(p, position)))
	}
	if p == nil {
		return false
	}
	by := p.by
	q.cancel(p)
	if how == store.Dropped && by != nil {
		// Its provider is answered when what replaced it is durable.
		db.queues[waits].add(put{by: by, at: now, unwritten: true})
		db.ordered = true
		return true
	}
	by.Done()
	return true
}

// sentAtLocked returns when the push at a position of the queue of pushes that leave was
// put; about when, if it is no longer in the queue.
func (db pushes) sentAtLocked(p *put, position uint64) time.Time {
	if p != nil {
		return p.at
	}
	return db.recent.at(position)
}

// Load writes what is in the queues and returns all records in the file.
func (db pushes) Load() (records []store.Record, err error) {
	jobErr := db.do(func(f *file) { records, err = f.loadPushes() })
	if jobErr != nil {
		return nil, jobErr
	}
	return records, err
}

// Marks returns the highest numbers so far.
func (db pushes) Marks() (store.Marks, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.marks, nil
}

// do has the writer call f with the file, after writing what is in the queues.
func (db *DB) do(f func(*file)) error {
	done := make(chan struct{})
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		return errClosed
	}
	db.jobs = append(db.jobs, func(open *file) {
		defer close(done)
		f(open)
	})
	db.mu.Unlock()
	db.signal()
	<-done
	return nil
}
