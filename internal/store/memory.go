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
	mu        sync.Mutex // nothing is locked under it: docs/lock-order.md
	records   map[uint64]Record
	highWater HighWater
	_         [32]byte // keeps shards on cache lines of their own
}

func (m *Memory) shard(to Address) *memoryShard {
	return &m.shards[to.Device[1]&(memoryShards-1)]
}

// Put keeps r. It never fails.
func (m *Memory) Put(r Record, _ Delivery, _ *Pending) (Handle, error) {
	s := m.shard(r.To)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.records == nil {
		s.records = make(map[uint64]Record)
	}
	s.records[r.Seq] = r
	s.highWater.Raise(r.Seq, r.Stamp)
	return 0, nil
}

// Replace keeps r in place of an earlier record.
func (m *Memory) Replace(r Record, _ Handle) bool {
	_, err := m.Put(r, Leaves, nil)
	return err == nil
}

// Delete forgets a record.
func (m *Memory) Delete(to Address, seq uint64, _ Handle, _ Outcome) {
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

// HighWater returns the highest numbers so far. It never fails.
func (m *Memory) HighWater() (all HighWater, err error) {
	for i := range m.shards {
		s := &m.shards[i]
		s.mu.Lock()
		all.Raise(s.highWater.Seq, s.highWater.Stamp)
		s.mu.Unlock()
	}
	return all, nil
}
