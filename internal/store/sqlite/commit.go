package sqlite

import (
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/internal/store"
)

// probeBytes is as much as a group of pushes may need.
const probeBytes = 256 << 10

// commit writes a group in one transaction. If it fails, nothing of the group is
// written.
func (f *file) commit(g *group) error {
	if err := f.begin.exec(); err != nil {
		return fmt.Errorf("begin a transaction: %w", err)
	}
	err := f.write(g)
	if err == nil {
		if err = f.commitNow.exec(); err == nil {
			return nil
		}
	}
	// SQLite has rolled back already after some errors: https://www.sqlite.org/lang_transaction.html
	if rollbackErr := f.rollback.exec(); rollbackErr != nil && !noTransaction(rollbackErr) {
		err = errors.Join(err, rollbackErr)
	}
	return err
}

// write executes the statements of a transaction.
func (f *file) write(g *group) error {
	if g.probe {
		if err := errors.Join(f.writeProbe.exec(int64(probeBytes)), f.dropProbe.exec()); err != nil {
			return fmt.Errorf("try whether there is room: %w", err)
		}
	}
	for _, seq := range g.ended {
		if err := f.deletePush.exec(int64(seq)); err != nil {
			return fmt.Errorf("delete a push: %w", err)
		}
	}
	for i := range g.puts {
		if p := &g.puts[i]; !p.unwritten {
			if err := f.writePush(&p.Record); err != nil {
				return fmt.Errorf("store a push: %w", err)
			}
		}
	}
	for _, c := range g.changes {
		for i := range c.list {
			if err := f.change(&c.list[i]); err != nil {
				return fmt.Errorf("store an entry: %w", err)
			}
		}
	}
	return f.setMarks.exec(int64(g.marks.Seq), int64(g.marks.Stamp))
}

// change makes one change of the entries.
func (f *file) change(c *store.Change) error {
	if c.Delete {
		return f.deleteEntry.exec(c.Kind, c.Key)
	}
	value := c.Value
	if value == nil {
		value = []byte{} // nil would be NULL
	}
	return f.setEntry.exec(c.Kind, c.Key, value)
}
