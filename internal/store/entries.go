package store

import (
	"maps"
	"slices"
	"sync"
)

// An Entry is a small value that some part of the simulator keeps under a kind, which is
// its own, and a key. Its encoding is the part's business.
type Entry struct {
	Key   string
	Value []byte
}

// Entries keeps entries. Its methods may be called from any goroutine. Those that change
// something return when the change is durable, which takes a millisecond or more, so
// they must not be called with a lock of the push path held.
type Entries interface {
	// Set keeps a value under a key, in place of an earlier one.
	Set(kind, key string, value []byte) error
	// Delete forgets the value under a key. Deleting what is not there is not an
	// error.
	Delete(kind, key string) error
	// Apply makes several changes, all or none, in their order. It takes hardly longer
	// than one of them.
	Apply(changes ...Change) error
	// Load returns the entries of a kind, ordered by key. Their values are the
	// caller's.
	Load(kind string) ([]Entry, error)
}

// A Change sets an entry, or deletes it if Delete is true.
type Change struct {
	Kind, Key string
	Value     []byte
	Delete    bool
}

// MemoryEntries is an Entries that lives as long as the process. Its zero value is empty
// and ready for use.
type MemoryEntries struct {
	mu    sync.Mutex // nothing is locked under it: docs/lock-order.md
	kinds map[string]map[string][]byte
}

// Set keeps a value. It never fails.
func (m *MemoryEntries) Set(kind, key string, value []byte) error {
	return m.Apply(Change{Kind: kind, Key: key, Value: value})
}

// Delete forgets a value. It never fails.
func (m *MemoryEntries) Delete(kind, key string) error {
	return m.Apply(Change{Kind: kind, Key: key, Delete: true})
}

// Apply makes changes. It never fails.
func (m *MemoryEntries) Apply(changes ...Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range changes {
		if c.Delete {
			delete(m.kinds[c.Kind], c.Key)
			continue
		}
		if m.kinds == nil {
			m.kinds = make(map[string]map[string][]byte)
		}
		if m.kinds[c.Kind] == nil {
			m.kinds[c.Kind] = make(map[string][]byte)
		}
		m.kinds[c.Kind][c.Key] = copyValue(c.Value)
	}
	return nil
}

// Load returns the entries of a kind, ordered by key. It never fails.
func (m *MemoryEntries) Load(kind string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	of := m.kinds[kind]
	list := make([]Entry, 0, len(of))
	for _, key := range slices.Sorted(maps.Keys(of)) {
		list = append(list, Entry{key, copyValue(of[key])})
	}
	return list, nil
}

// Clone returns the entries as they are now.
func (m *MemoryEntries) Clone() *MemoryEntries {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &MemoryEntries{kinds: make(map[string]map[string][]byte, len(m.kinds))}
	for kind, entries := range m.kinds {
		c.kinds[kind] = maps.Clone(entries) // a value is never changed
	}
	return c
}

// copyValue copies a value; an empty one is not nil.
func copyValue(value []byte) []byte { return append(make([]byte, 0, len(value)), value...) }
