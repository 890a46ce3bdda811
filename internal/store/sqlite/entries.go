package sqlite

import "github.com/apns-sim/apns-sim/internal/store"

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
func (db entries) Apply(list ...store.Change) error { return db.writer.Apply(list...) }

// Load returns the entries of a kind, ordered by key.
func (db entries) Load(kind string) (list []store.Entry, err error) {
	doErr := db.writer.Do(func() { list, err = db.file.loadEntries(kind) })
	if doErr != nil {
		return nil, doErr
	}
	return list, err
}
