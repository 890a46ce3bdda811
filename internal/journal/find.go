package journal

import (
	"strconv"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
)

// A Query selects records. Its zero value selects all, oldest first.
type Query struct {
	Filter filters.Filter
	// After and Before bound the numbers of the records, exclusively; 0 is no bound.
	After, Before uint64
	// Newest returns the newest first.
	Newest bool
	// Limit is how many records are returned; 0 is any number.
	Limit int

	only   func(*apns.Notification) bool // applied to pushes first; nil is all
	pushes bool                          // no failures
}

// Found is the result of a [Query].
type Found struct {
	Records []Record
	// Next is the value of After for the rest, or of Before if the newest came first; 0 if
	// there is no rest.
	Next uint64
	// Missed says that records which the query selects may have been evicted.
	Missed bool
	// Evictions is how many records were evicted since the journal began.
	Evictions Evictions
	// Oldest is the number of the oldest push in the history, Newest that of the newest
	// record; 0 if there is none.
	Oldest, Newest uint64
}

// chunk is how many traces are copied from the history at a time.
const chunk = 512

// each calls visit with the traces of a query, without its Limit, until visit
// returns false. The history is not locked meanwhile.
func (j *Journal) each(q *Query, visit func(*Trace, *filters.Attributes, uint64) bool) {
	all, _ := j.history.retained()
	all.from = q.After + 1
	if q.Before > 0 {
		all.to = min(all.to, q.Before)
	}
	var traces []*Trace
	var s filters.Attributes // reused: visit does not keep it
	for all.from < all.to {
		traces, all = j.history.copy(traces[:0], all, q.Newest, q.pushes)
		for _, t := range traces {
			if q.only != nil && !q.only(t.Push) {
				continue
			}
			var number uint64
			s, number = t.attributes()
			if number != 0 && q.Filter.Match(&s) && !visit(t, &s, number) {
				return
			}
		}
	}
}

// Find returns the records that a query selects.
func (j *Journal) Find(q Query) Found {
	if j == nil {
		return Found{}
	}
	var found Found
	var retained numberRange
	retained, found.Evictions = j.history.retained()
	found.Oldest, found.Newest = retained.from, retained.to-1
	found.Missed = found.Evictions.missed(&q)
	j.each(&q, func(t *Trace, _ *filters.Attributes, _ uint64) bool {
		if q.Limit > 0 && len(found.Records) == q.Limit {
			found.Next = found.Records[q.Limit-1].Number
			return false
		}
		found.Records = append(found.Records, j.record(t))
		return true
	})
	if q.Newest && found.Next != 0 {
		found.Missed = false // the result ends before the evicted records
	}
	return found
}

// Evictions returns how many records were evicted from the history since the journal began.
func (j *Journal) Evictions() (l Evictions) {
	if j != nil {
		_, l = j.history.retained()
	}
	return l
}

// Count returns how many pushes match, and failures if the filter selects them.
func (j *Journal) Count(f filters.Filter) (n int) {
	if j == nil {
		return 0
	}
	j.each(&Query{Filter: f, pushes: !f.WantsFailures()}, func(*Trace, *filters.Attributes, uint64) bool { n++; return true })
	return n
}

// Newest returns the newest push that matches and has a number above after; a failure, if the
// filter selects failures.
func (j *Journal) Newest(f filters.Filter, after uint64) (r Record, ok bool) {
	if j == nil {
		return Record{}, false
	}
	q := Query{Filter: f, After: after, Newest: true, pushes: !f.WantsFailures()}
	j.each(&q, func(t *Trace, _ *filters.Attributes, _ uint64) bool {
		r, ok = j.record(t), true
		return false
	})
	return r, ok
}

// Get returns the newest record with an id: an apns-id or an apns-unique-id, in
// either case, or the record's number.
func (j *Journal) Get(id string) (r Record, ok bool) {
	if j == nil || id == "" {
		return Record{}, false
	}
	number, err := strconv.ParseUint(id, 10, 64)
	q := Query{Newest: true}
	if err == nil {
		if number == 0 {
			return Record{}, false
		}
		q.After, q.Before = number-1, number+1
	} else {
		q.only = func(n *apns.Notification) bool {
			return strings.EqualFold(n.ID, id) || strings.EqualFold(n.UniqueID, id)
		}
	}
	j.each(&q, func(t *Trace, _ *filters.Attributes, _ uint64) bool {
		r, ok = j.record(t), true
		return false
	})
	return r, ok
}

// Delete removes the records that a query selects, regardless of its Limit, with their
// events, and returns their number. Later events of such a push are not recorded. The
// numbers of the remaining events have gaps.
func (j *Journal) Delete(q Query) (n int) {
	return j.deleteIf(&q, func(*filters.Attributes) bool { return true }, false)
}

// ResetFunc deletes the records for which unwanted returns true, for a reset: a reader
// that continues at an earlier event learns that it has missed events.
func (j *Journal) ResetFunc(unwanted func(*filters.Attributes) bool) (n int) {
	return j.deleteIf(new(Query), unwanted, true)
}

func (j *Journal) deleteIf(q *Query, unwanted func(*filters.Attributes) bool, missed bool) (n int) {
	if j == nil {
		return 0
	}
	deleted := make(map[*Trace]struct{})
	j.each(q, func(t *Trace, s *filters.Attributes, _ uint64) bool {
		if !unwanted(s) {
			return true
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		if !t.deleted && j.history.remove(t) {
			t.deleted = true
			deleted[t] = struct{}{}
		}
		return true
	})
	if len(deleted) > 0 {
		j.deletions.Add(1)
		j.removeEvents(func(t *Trace) bool { _, removed := deleted[t]; return removed }, missed)
	}
	return len(deleted)
}

// Reset removes all records and all events, as [Journal.ResetFunc] does. The numbers
// continue.
func (j *Journal) Reset() (n int) {
	if j == nil {
		return 0
	}
	n = j.ResetFunc(func(*filters.Attributes) bool { return true })
	for i := range j.shards {
		s := &j.shards[i]
		s.mu.Lock()
		if n := len(s.events); n > 0 {
			s.evicted = s.events[(s.oldest+n-1)%n].Seq
		}
		s.events, s.oldest = nil, 0
		s.mu.Unlock()
	}
	j.pages.clear()
	return n
}
