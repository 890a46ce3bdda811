package sqlite

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
	// markInterval is how old the marks in the file may become while no record is
	// written, because all are acknowledged in time.
	markInterval = time.Second
)

// errClosed is the error of changes after [DB.Close].
var errClosed = errors.New("the state is closed")

// A DB is the state of a simulator in a file.
type DB struct {
	path string
	log  *slog.Logger

	// Owned by the writer.
	file *file
	done chan struct{} // closed when the writer has ended
	err  error         // of the last transaction; read after done

	// Guarded by mu, which is locked under that of a queue of the broker; only that of a
	// store.Pending is locked under it: docs/lock-order.md.
	mu      sync.Mutex
	queues  [queues]queue
	hurried bool     // somebody waits for what is in the queues
	ended   []uint64 // numbers of records to delete
	endedAt time.Time
	ordered bool // a deletion depends on records that were put before
	changes []*changes
	jobs    []func(*file)
	marks   store.Marks
	saved   store.Marks // in the file
	savedAt time.Time
	latency latency
	recent  recent
	failure error // why nothing can be stored; nil if it can
	closed  bool
	wakeAt  time.Time // when the timer fires; zero if it does not
	timer   *time.Timer
	wake    chan struct{} // capacity 1
	hurry   func()        // [DB.hurryUp], made once
}

// changes are those of one call of Apply.
type changes struct {
	list []store.Change
	done chan error // capacity 1
}

func newDB(f *file, path string, log *slog.Logger, marks store.Marks) *DB {
	db := &DB{
		path: path, log: log, file: f, done: make(chan struct{}), wake: make(chan struct{}, 1),
		marks: marks, saved: marks, savedAt: time.Now(), timer: time.NewTimer(time.Hour),
	}
	db.timer.Stop()
	db.hurry = db.hurryUp
	return db
}

// Close writes what is not written yet, and closes the file. The writer has ended when
// it returns. Records that cannot be written fail.
func (db *DB) Close() error {
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		return errClosed
	}
	db.closed = true
	db.mu.Unlock()
	db.signal()
	<-db.done
	return errors.Join(db.err, db.file.close())
}

// signal wakes the writer.
func (db *DB) signal() {
	select {
	case db.wake <- struct{}{}:
	default: // it has not seen the last signal yet
	}
}

// hurryUp says that somebody waits for what is in the queues.
func (db *DB) hurryUp() {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.hurried = db.queues[waits].live > 0
	db.wakeLocked()
}

// wakeLocked has the writer look at the queues as soon as something is due.
func (db *DB) wakeLocked() {
	now := time.Now()
	switch due := db.dueLocked(); {
	case due.IsZero():
	case !due.After(now):
		db.signal()
	case db.wakeAt.IsZero() || due.Before(db.wakeAt):
		db.wakeAt = due
		db.timer.Reset(due.Sub(now))
	}
}

// dueLocked returns when the next transaction is due, the zero time if there is nothing
// to write.
func (db *DB) dueLocked() (due time.Time) {
	sooner := func(at time.Time) {
		if due.IsZero() || at.Before(due) {
			due = at
		}
	}
	if len(db.jobs) > 0 || len(db.changes) > 0 || db.closed {
		return time.Unix(1, 0)
	}
	if q := &db.queues[waits]; q.live > 0 {
		if db.hurried {
			return time.Unix(1, 0)
		}
		sooner(q.oldest().Add(longestWait))
	}
	if q := &db.queues[leaves]; q.live > 0 {
		sooner(q.oldest().Add(db.latency.wait()))
	}
	if len(db.ended) > 0 {
		sooner(db.endedAt.Add(longestWait))
	}
	if db.marks != db.saved {
		sooner(db.savedAt.Add(markInterval))
	}
	return due
}

// fallbackLocked has a change written for which nobody may wait.
func (db *DB) fallbackLocked() {
	if db.wakeAt.IsZero() {
		db.wakeLocked()
	}
}
