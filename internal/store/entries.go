package store

import (
	"cmp"
	"slices"
	"sync"
)

// An Entry is one value of a kind.
type Entry struct {
	Key   string
	Value []byte
}

// Entries keep small values by kind and key. Their methods may be called from any goroutine,
// with no lock held that a push waits for.
type Entries interface {
	// Set keeps a value, which is durable when Set returns.
	Set(kind, key string, value []byte) error
	// Delete forgets a value. It is no error if there is none.
	Delete(kind, key string) error
	// Load returns the values of a kind in the order of their keys.
	Load(kind string) ([]Entry, error)
}

// MemoryEntries are Entries that live as long as the process. The zero value is empty and
// ready for use.
type MemoryEntries struct {
	mu     sync.Mutex // nothing is locked under it: docs/lock-order.md
	values map[string]map[string][]byte
}

// Set keeps a value. It never fails.
func (m *MemoryEntries) Set(kind, key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = make(map[string]map[string][]byte)
	}
	if m.values[kind] == nil {
		m.values[kind] = make(map[string][]byte)
	}
	m.values[kind][key] = value
	return nil
}

// Delete forgets a value. It never fails.
func (m *MemoryEntries) Delete(kind, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values[kind], key)
	return nil
}

// Load returns the values of a kind in the order of their keys. It never fails.
func (m *MemoryEntries) Load(kind string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]Entry, 0, len(m.values[kind]))
	for key, value := range m.values[kind] {
		all = append(all, Entry{Key: key, Value: value})
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) })
	return all, nil
}
