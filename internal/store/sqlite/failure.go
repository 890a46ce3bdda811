package sqlite

import (
	"fmt"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

const (
	// grace is how long the writer tries to write the records of a transaction that has
	// failed, before they fail. Most of their pushes are acknowledged meanwhile.
	grace = 250 * time.Millisecond
	// firstPause is the pause between two attempts within grace, and pause after it.
	firstPause = 25 * time.Millisecond
	pause      = time.Second
)

// unavailable is the rejection of a push that cannot be stored. "The service is
// unavailable."
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func unavailable(cause error) error {
	return apns.Reject(apns.ServiceUnavailable, fmt.Sprintf("the push cannot be stored: %v", cause))
}

// recover writes g, whose transaction has failed, until that succeeds or the DB is
// closed. Meanwhile nothing else can be stored.
func (db *DB) recover(g *group) {
	db.startFailing(g)
	for began := time.Now(); ; {
		wait := firstPause
		if time.Since(began) >= grace {
			wait = pause
		}
		closed := db.serveJobs(wait)
		db.dropEnded(g)
		if db.err = db.commitAndProbe(g); db.err == nil {
			db.log.Info("the state can be stored again", "after", time.Since(began).Round(time.Millisecond))
			break
		}
		if closed || time.Since(began) >= grace {
			g.fail(db.err)
		}
		if closed {
			break
		}
	}
	g.puts, g.changes = g.puts[:0], g.changes[:0]
	db.mu.Lock()
	defer db.mu.Unlock()
	db.failure = nil
}

// commitAndProbe writes g. If it has no records, whether there is room for some is tried
// in a second transaction: deletions need little, and make room.
func (db *DB) commitAndProbe(g *group) error {
	if err := db.file.commit(g); err != nil {
		return err
	}
	stored := len(g.puts) > 0
	g.durable()
	g.ended, g.puts, g.changes = g.ended[:0], g.puts[:0], g.changes[:0]
	if stored {
		return nil
	}
	return db.file.commit(&group{marks: g.marks, probe: true})
}

// startFailing adds to g whatever is in the queues, and has further changes rejected.
func (db *DB) startFailing(g *group) {
	db.log.Error("the state cannot be stored; pushes that have to be stored are answered with ServiceUnavailable until it can", "file", db.path, "err", db.err)
	db.mu.Lock()
	defer db.mu.Unlock()
	db.failure = db.err
	now := time.Now()
	for i := range db.queues {
		g.puts = db.queues[i].take(g.puts, now)
	}
	g.changes = append(g.changes, db.changes...)
	db.changes = nil
}

// serveJobs waits, and does what wants to read the file meanwhile. It returns early if
// the DB is closed, and reports that.
func (db *DB) serveJobs(wait time.Duration) (closed bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		db.mu.Lock()
		jobs, closed := db.jobs, db.closed
		db.jobs = nil
		db.mu.Unlock()
		for _, job := range jobs {
			job(db.file)
		}
		if closed {
			return true
		}
		select {
		case <-timer.C:
			return false
		case <-db.wake:
		}
	}
}

// dropEnded takes the records that were deleted meanwhile out of g.
func (db *DB) dropEnded(g *group) {
	db.mu.Lock()
	ended := db.ended
	db.ended = nil
	g.marks = db.marks
	db.mu.Unlock()
	g.ended = append(g.ended, ended...)
	g.puts = slices.DeleteFunc(g.puts, func(p put) bool {
		if !slices.Contains(ended, p.Seq) {
			return false
		}
		p.by.Done()
		return true
	})
}

// fail gives up the records and changes of g. What is to be deleted stays.
func (g *group) fail(cause error) {
	for i := range g.puts {
		if p := &g.puts[i]; p.unwritten {
			p.by.Done()
		} else {
			p.by.Fail(p.Push)
		}
	}
	for _, c := range g.changes {
		c.done <- cause
	}
	g.puts, g.changes = g.puts[:0], g.changes[:0]
}
