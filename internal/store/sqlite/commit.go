package sqlite

import (
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/store/groupcommit"
)

// probeBytes is as much as a group of pushes may need.
const probeBytes = 256 << 10

// Commit writes a group in one transaction. If it fails, nothing of the group is
// written.
func (f *file) Commit(g *groupcommit.Group) error {
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
func (f *file) write(g *groupcommit.Group) error {
	if g.Probe {
		if err := errors.Join(f.writeProbe.exec(int64(probeBytes)), f.dropProbe.exec()); err != nil {
			return fmt.Errorf("try whether there is room: %w", err)
		}
	}
	for _, seq := range g.Ended {
		if err := f.deletePush.exec(int64(seq)); err != nil {
			return fmt.Errorf("delete a push: %w", err)
		}
	}
	for r := range g.Records() {
		if err := f.writePush(r); err != nil {
			return fmt.Errorf("store a push: %w", err)
		}
	}
	for c := range g.Changes() {
		if err := f.change(c); err != nil {
			return fmt.Errorf("store an entry: %w", err)
		}
	}
	return f.setHighWater.exec(int64(g.HighWater.Seq), int64(g.HighWater.Stamp))
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
