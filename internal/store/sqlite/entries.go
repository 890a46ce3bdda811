package sqlite

import (
	"fmt"

	"github.com/apns-sim/apns-sim/internal/store"
)

// entries is the [store.Entries] of a DB.
type entries struct{ *DB }

// Entries returns where other parts keep their state.
func (db *DB) Entries() store.Entries { return entries{db} }

// Set keeps a value.
func (db entries) Set(kind, key string, value []byte) error {
	return db.Apply(store.Change{Kind: kind, Key: key, Value: value})
}

// Delete forgets a value.
func (db entries) Delete(kind, key string) error {
	return db.Apply(store.Change{Kind: kind, Key: key, Delete: true})
}

// Apply makes changes, in the same transaction as whatever else is due.
func (db entries) Apply(list ...store.Change) error {
	if len(list) == 0 {
		return nil
	}
	c := &changes{list: list, done: make(chan error, 1)}
	if err := db.add(c); err != nil {
		return fmt.Errorf("store %s %q: %w", list[0].Kind, list[0].Key, err)
	}
	db.signal()
	if err := <-c.done; err != nil {
		return fmt.Errorf("store %s %q: %w", list[0].Kind, list[0].Key, err)
	}
	return nil
}

func (db entries) add(c *changes) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	switch {
	case db.closed:
		return errClosed
	case db.failure != nil:
		return db.failure
	}
	db.changes = append(db.changes, c)
	return nil
}

// Load returns the entries of a kind, ordered by key.
func (db entries) Load(kind string) (list []store.Entry, err error) {
	jobErr := db.do(func(f *file) { list, err = f.loadEntries(kind) })
	if jobErr != nil {
		return nil, jobErr
	}
	return list, err
}
