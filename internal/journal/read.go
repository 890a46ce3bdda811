package journal

import (
	"cmp"
	"math"
	"slices"
)

// A Page is what [Journal.Read] found.
type Page struct {
	// Events in order.
	Events []Event
	// Next is the cursor for the following read.
	Next uint64
	// Missed says that events between the cursor and the first of Events were
	// evicted, or removed by a reset, before they were read.
	Missed bool

	evicted uint64 // the highest evicted number
}

// Read returns the events after the cursor, at most limit of them; a limit of
// 0 means all. The cursor 0 begins with the oldest event kept.
func (j *Journal) Read(cursor uint64, limit int) Page {
	page := Page{Next: cursor}
	if j == nil {
		return page
	}
	most := math.MaxInt
	if limit > 0 {
		most = limit + 1 // of each shard: one more shows that there are more
	}
	for i := range j.shards {
		j.shards[i].mu.Lock()
	}
	for i := range j.shards {
		s := &j.shards[i]
		page.evicted = max(page.evicted, s.evicted)
		s.after(cursor, most, func(e Event) { page.Events = append(page.Events, e) })
	}
	page.Next = max(cursor, j.seq.Load()) // all numbers up to it were drawn under the locks
	for i := range j.shards {
		j.shards[i].mu.Unlock()
	}
	page.Missed = page.evicted > cursor
	slices.SortFunc(page.Events, func(a, b Event) int { return cmp.Compare(a.Seq, b.Seq) })
	for i := range page.Events {
		if e := &page.Events[i]; e.Trace != nil {
			e.Push = e.Trace.Push
		}
	}
	if limit > 0 && len(page.Events) > limit {
		page.Events = page.Events[:limit]
		page.Next = page.Events[limit-1].Seq
	}
	return page
}

// Last returns the number of the newest event, 0 if there is none.
func (j *Journal) Last() uint64 {
	if j == nil {
		return 0
	}
	return j.seq.Load()
}
