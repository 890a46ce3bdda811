package store

import (
	"cmp"
	"slices"
	"sync"
)

const memoryShards = 32 // a power of two

// Memory is a Store that lives as long as the process. Its zero value is
// empty and ready for use.
type Memory struct {
	shards [memoryShards]memoryShard
}

type memoryShard struct {
	mu      sync.Mutex // nothing is locked under it: docs/lock-order.md
	records map[uint64]Record
	_       [48]byte // keeps shards on cache lines of their own
}

func (m *Memory) shard(to Address) *memoryShard {
	return &m.shards[to.Device[1]&(memoryShards-1)]
}

// Put keeps r. It never fails.
func (m *Memory) Put(r Record) error {
	s := m.shard(r.To)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.records == nil {
		s.records = make(map[uint64]Record)
	}
	s.records[r.Seq] = r
	return nil
}

// Delete forgets a record. It never fails.
func (m *Memory) Delete(to Address, seq uint64) error {
	s := m.shard(to)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.records, seq)
	return nil
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
