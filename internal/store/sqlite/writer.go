package sqlite

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/store"
)

// A group is what one transaction writes: first ended, then puts, then changes, so that
// a record may be deleted and put again.
type group struct {
	ended   []uint64
	puts    []put
	changes []*changes
	marks   store.Marks
	probe   bool // write as much as a group may need, and remove it
}

func (g *group) empty(saved store.Marks) bool {
	return len(g.ended) == 0 && len(g.puts) == 0 && len(g.changes) == 0 && !g.probe && g.marks == saved
}

// durable tells everybody who waits that the group is written.
func (g *group) durable() {
	for i := range g.puts {
		g.puts[i].by.Done()
	}
	for _, c := range g.changes {
		c.done <- nil
	}
}

// write is the writer. It ends once the DB is closed and nothing is left to write.
func (db *DB) write() {
	defer close(db.done)
	g := new(group)
	for {
		jobs, closed := db.await(g)
		if !g.empty(db.saved) {
			if db.err = db.file.commit(g); db.err != nil {
				db.recover(g)
			} else {
				g.durable()
			}
			db.noteSaved(g)
		}
		for _, job := range jobs {
			job(db.file)
		}
		if closed {
			return
		}
	}
}

// await waits until a transaction is due, or somebody wants something of the file, and
// makes g the group that is to be written. closed says that no further ones follow.
func (db *DB) await(g *group) (jobs []func(*file), closed bool) {
	for {
		db.mu.Lock()
		now := time.Now()
		db.wakeAt = time.Time{}
		if due := db.dueLocked(); !due.IsZero() && !due.After(now) {
			db.takeLocked(g, now)
			jobs, db.jobs = db.jobs, nil
			closed = db.closed
			db.mu.Unlock()
			return jobs, closed
		}
		db.wakeLocked() // for what is due later
		db.mu.Unlock()
		select {
		case <-db.timer.C:
		case <-db.wake:
		}
	}
}

// takeLocked makes g the group of what is in the queues. Pushes that were just sent stay
// there, unless a deletion depends on them.
func (db *DB) takeLocked(g *group, now time.Time) {
	sent := now.Add(-db.latency.wait() / 2)
	if db.ordered || db.closed || len(db.jobs) > 0 {
		sent = now
	}
	g.puts = db.queues[waits].take(g.puts[:0], now)
	if q := &db.queues[leaves]; q.live > 0 {
		db.recent.note(q.base, q.oldest())
		g.puts = q.take(g.puts, sent)
	}
	g.ended, db.ended = db.ended, g.ended[:0]
	g.changes, db.changes = db.changes, g.changes[:0]
	g.marks, g.probe = db.marks, false
	db.hurried, db.ordered = false, false
}

// noteSaved notes what is in the file now.
func (db *DB) noteSaved(g *group) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.saved, db.savedAt = g.marks, time.Now()
}
