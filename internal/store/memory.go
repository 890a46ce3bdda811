package store

import (
	"cmp"
	"slices"
	"sync"
)

const memoryShards = 32 // a power of two

// Memory is a Store that lives as long as the process, so that everything in it is
// durable at once. Its zero value is empty and ready for use.
type Memory struct {
	shards [memoryShards]memoryShard
}

type memoryShard struct {
	mu      sync.Mutex // nothing is locked under it: docs/lock-order.md
	records map[uint64]Record
	marks   Marks
	_       [32]byte // keeps shards on cache lines of their own
}

func (m *Memory) shard(to Address) *memoryShard {
	return &m.shards[to.Device[1]&(memoryShards-1)]
}

// Put keeps r. It never fails.
func (m *Memory) Put(r Record, _ Prospect, _ *Pending) (Receipt, error) {
	s := m.shard(r.To)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.records == nil {
		s.records = make(map[uint64]Record)
	}
	s.records[r.Seq] = r
	s.marks.Raise(r.Seq, r.Stamp)
	return 0, nil
}

// Replace keeps r in place of an earlier record. It never fails.
func (m *Memory) Replace(r Record, _ Receipt) (Receipt, error) { return m.Put(r, Leaves, nil) }

// Delete forgets a record.
func (m *Memory) Delete(to Address, seq uint64, _ Receipt, _ End) {
	s := m.shard(to)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.records, seq)
}

// Load returns all records in the order of their numbers. It never fails.
func (m *Memory) Load() ([]Record, error) {
	var all []Record
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		for _, r := range s.records {
			all = append(all, r)
		}
		s.mu.Unlock()
	}
	slices.SortFunc(all, func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	return all, nil
}

// Marks returns the highest numbers so far. It never fails.
func (m *Memory) Marks() (all Marks, err error) {
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		all.Raise(s.marks.Seq, s.marks.Stamp)
		s.mu.Unlock()
	}
	return all, nil
}
