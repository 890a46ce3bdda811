package journal

import (
	"cmp"
	"slices"
)

// A Count is the number of events of a kind and a cause since the start, evicted ones
// included.
type Count struct {
	Kind  Kind
	Cause string
	Count uint64
}

// counts are the numbers of events of a shard. Most events have no cause and need no map.
type counts struct {
	plain  [len(kinds)]uint64
	caused map[Count]uint64 // Count.Count is 0
}

func (c *counts) add(e *Event) {
	if e.Cause == "" {
		c.plain[e.Kind]++
		return
	}
	if c.caused == nil {
		c.caused = make(map[Count]uint64)
	}
	c.caused[Count{Kind: e.Kind, Cause: e.Cause}]++
}

// Counts returns how many events there were, in the order of kinds and causes.
func (j *Journal) Counts() []Count {
	if j == nil {
		return nil
	}
	sums := map[Count]uint64{}
	for i := range j.shards {
		s := &j.shards[i]
		s.mu.Lock()
		for kind, n := range s.counts.plain {
			sums[Count{Kind: Kind(kind)}] += n
		}
		for key, n := range s.counts.caused {
			sums[key] += n
		}
		s.mu.Unlock()
	}
	list := make([]Count, 0, len(sums))
	for key, n := range sums {
		if n > 0 {
			key.Count = n
			list = append(list, key)
		}
	}
	slices.SortFunc(list, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Cause, b.Cause))
	})
	return list
}
