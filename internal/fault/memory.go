package fault

import (
	"maps"
	"sync"
)

// A Memory has the state of rules on one connection: how often they have matched there,
// and which sticky rules apply to it. A server keeps one with each connection and passes
// it in [Attributes]. The zero value is ready; all methods may be called
// from any goroutine, and on a nil *Memory, which remembers nothing.
type Memory struct {
	mu sync.Mutex // nothing is locked under it: docs/lock-order.md
	of map[*active]*remembered
}

// remembered is the state of one rule on a connection.
type remembered struct {
	count
	stuck *Hit
}

// A count is how often a rule has matched, and applied.
type count struct{ matched, applied int }

// stuck returns the hit that a sticky rule repeats on this connection; nil if there is
// none.
func (m *Memory) stuck(r *active) *Hit {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if known := m.of[r]; known != nil {
		return known.stuck
	}
	return nil
}

// stick makes a rule apply to everything that follows on this connection.
func (m *Memory) stick(r *active, hit *Hit) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.knownLocked(r).stuck = hit
}

// counted calls f with the count of a rule.
func (m *Memory) counted(r *active, f func(*count)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(&m.knownLocked(r).count)
}

func (m *Memory) knownLocked(r *active) *remembered {
	if m.of == nil {
		m.of = make(map[*active]*remembered)
	}
	known := m.of[r]
	if known == nil {
		maps.DeleteFunc(m.of, func(r *active, _ *remembered) bool { return r.removed.Load() })
		known = new(remembered)
		m.of[r] = known
	}
	return known
}
