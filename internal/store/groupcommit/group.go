package groupcommit

import (
	"iter"

	"github.com/apns-sim/apns-sim/internal/store"
)

// A Medium keeps records, and entries if it can. One goroutine uses it at a time.
type Medium interface {
	// Commit writes a group. If it fails, nothing of the group is written.
	Commit(g *Group) error
	// Load returns all records in the order of their numbers.
	Load() ([]store.Record, error)
	// Close ends the use of the medium.
	Close() error
}

// A Group is what is written together: first the deletions of Ended, then the records, then
// the changes, so that a record may be deleted and put again.
type Group struct {
	// Ended are the numbers of records to delete.
	Ended []uint64
	// HighWater are the highest numbers, of records that are not written, too.
	HighWater store.HighWater
	// Probe asks the medium to try whether it has room for a group, and to keep nothing of that.
	Probe bool

	puts    []put
	changes []*changes
}

// Records yields the records to write.
func (g *Group) Records() iter.Seq[*store.Record] {
	return func(yield func(*store.Record) bool) {
		for i := range g.puts {
			if p := &g.puts[i]; !p.unwritten && !yield(&p.Record) {
				return
			}
		}
	}
}

// Changes yields the changes of entries, in order.
func (g *Group) Changes() iter.Seq[*store.Change] {
	return func(yield func(*store.Change) bool) {
		for _, c := range g.changes {
			for i := range c.list {
				if !yield(&c.list[i]) {
					return
				}
			}
		}
	}
}

func (g *Group) empty(saved store.HighWater) bool {
	return len(g.Ended) == 0 && len(g.puts) == 0 && len(g.changes) == 0 && !g.Probe && g.HighWater == saved
}

// durable tells everybody who waits that the group is written.
func (g *Group) durable() {
	for i := range g.puts {
		g.puts[i].pending.Done()
	}
	for _, c := range g.changes {
		c.done <- nil
	}
}
