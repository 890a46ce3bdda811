package sqlite

import (
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/store/groupcommit"
)

// A DB is the state of a simulator in a file.
type DB struct {
	path   string
	file   *file // owned by the writer
	writer *groupcommit.Writer
}

// Pushes returns where the broker keeps pushes.
func (db *DB) Pushes() store.Store { return db.writer }

// Close writes what is not written yet, and closes the file. Records that cannot be written
// fail.
func (db *DB) Close() error { return db.writer.Close() }
