package sqlite

import (
	"errors"

	"github.com/apns-sim/apns-sim/internal/store"
)

// A Snapshot is the state as it was at one moment.
type Snapshot struct{ file *file }

// Snapshot returns the state as it is now. The writer goes on meanwhile; the file grows until
// [Snapshot.Close].
func (db *DB) Snapshot() (*Snapshot, error) {
	if err := db.writer.Do(func() {}); err != nil { // which writes what is in the queues
		return nil, err
	}
	f, err := openFile(db.path)
	if err != nil {
		return nil, explain(db.path, err)
	}
	// A transaction that only reads sees the moment of its first statement.
	// https://www.sqlite.org/isolation.html
	if err := f.script("PRAGMA busy_timeout = 2000; PRAGMA query_only = 1; BEGIN; SELECT seq FROM marks;"); err != nil {
		return nil, errors.Join(explain(db.path, err), f.Close())
	}
	return &Snapshot{f}, nil
}

// Load returns the entries of a kind, ordered by key.
func (s *Snapshot) Load(kind string) ([]store.Entry, error) { return s.file.loadEntries(kind) }

// Pushes returns all records in the order of their numbers.
func (s *Snapshot) Pushes() ([]store.Record, error) { return s.file.Load() }

// Close ends the snapshot.
func (s *Snapshot) Close() error { return s.file.Close() }
