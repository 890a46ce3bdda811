package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// ErrAbandoned is the cause of a context whose caller no longer waits. Await collects no near
// misses then.
var ErrAbandoned = errors.New("the caller no longer waits")

// maxMisses is the maximum number of near misses in an error.
const maxMisses = 10

// A NotMetError says that too few pushes matched in time, and has the near misses.
type NotMetError struct {
	Filter filters.Filter
	// Want is the number of matches that were waited for; Got are the matches.
	Want int
	Got  []Record
	// Misses are the near misses, those with the fewest differences first. Others is the
	// number of further pushes that did not match.
	Misses []Miss
	Others int
	// Evicted says that some were evicted before they could be compared; Evictions is
	// the number of evicted records since the journal began.
	Evicted   bool
	Evictions Evictions
	// Err is the error of the context.
	Err error
}

// A Miss is a push that did not match.
type Miss struct {
	Record      Record
	Differences []filters.Difference
}

// Error lists the near misses.
func (e *NotMetError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d pushes matched %s", len(e.Got), e.Want, &e.Filter)
	switch {
	case len(e.Misses) == 0 && len(e.Got) == 0:
		b.WriteString("; no push came")
	case len(e.Misses) > 0:
		b.WriteString("; nearest:")
	}
	for _, m := range e.Misses {
		fmt.Fprintf(&b, "\n\t%s:", m.Record.Name())
		for i, d := range m.Differences {
			b.WriteString([]string{" ", "; "}[min(i, 1)] + d.String())
		}
	}
	if e.Others > 0 {
		fmt.Fprintf(&b, "\n\tand %d more", e.Others)
	}
	if e.Evicted {
		b.WriteString("\n\t" + e.Evictions.String())
	}
	return b.String()
}

func (e *NotMetError) Unwrap() error { return e.Err }

// Await waits until count records with a number above after match, and returns them, oldest
// first. Records from before the call count. To wait for the following ones, pass the number
// of the last record as after. If ctx ends first, the error is a [*NotMetError].
//
// It uses no timer, so it can be used in a bubble of package testing/synctest.
func (j *Journal) Await(ctx context.Context, f filters.Filter, count int, after uint64) ([]Record, error) {
	if j == nil {
		return nil, errors.New("there is no journal to wait for")
	}
	w := &waiting{
		journal: j, query: Query{Filter: f, After: after, pushes: !f.WantsFailures()},
		count: count, found: make(map[uint64]*Trace), enough: make(chan struct{}),
	}
	j.watches.start(w)
	defer j.endWatch(w)
	w.scan()
	select {
	case <-w.enough:
	default:
		select {
		case <-w.enough:
		case <-ctx.Done():
			if errors.Is(context.Cause(ctx), ErrAbandoned) {
				return nil, ErrAbandoned
			}
			return w.last(count, ctx.Err())
		}
	}
	return w.first(count), nil
}

// A waiting is the state of one Await. Record compares each event with it, so that Await
// is woken once, when it has enough.
type waiting struct {
	journal *Journal
	query   Query
	count   int

	mu     sync.Mutex        // taken before that of a trace: docs/lock-order.md
	found  map[uint64]*Trace // by number
	enough chan struct{}     // closed as soon as count are found
}

func (w *waiting) scan() {
	w.journal.scanning.Lock()
	defer w.journal.scanning.Unlock()
	w.journal.each(&w.query, func(t *Trace, _ *filters.Attributes, number uint64) bool {
		w.take(t, number)
		return true
	})
}

// see takes the push of an event if it matches now. It returns true if later events of
// the push need not be compared.
func (w *waiting) see(e *Event, _, push *filters.Attributes, d *filters.Document) (never bool) {
	if push == nil || e.Trace.number <= w.query.After || w.query.pushes && e.Trace.failure {
		return true
	}
	matches, never := w.query.Filter.MatchOrNever(push, d)
	if matches {
		w.take(e.Trace, e.Trace.number)
	}
	return matches || never
}

func (w *waiting) take(t *Trace, number uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.found[number] != nil {
		return
	}
	w.found[number] = t
	if len(w.found) == w.count {
		close(w.enough)
	}
}

// first returns the first count records of what was found.
func (w *waiting) first(count int) []Record {
	records := w.records()
	return records[:min(count, len(records))]
}

func (w *waiting) records() (all []Record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range w.found {
		all = append(all, w.journal.record(t))
	}
	slices.SortFunc(all, func(a, b Record) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// has reports whether a number is among what was found, and whether that is enough.
func (w *waiting) has(number uint64) (found, enough bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.found[number] != nil, len(w.found) >= w.count
}

// last scans once more, after ctx has ended with err. If there are still too few matches,
// the error has the near misses: the pushes that differ in the fewest filter words, of
// equals the newest first. Records of another space are no near misses; failures may be,
// since their space is often unknown.
func (w *waiting) last(count int, err error) ([]Record, error) {
	w.journal.scanning.Lock()
	defer w.journal.scanning.Unlock()
	e := &NotMetError{Filter: w.query.Filter, Want: count, Err: err}
	type miss struct {
		trace *Trace
		diffs []filters.Difference
	}
	var nearest []miss
	total := 0
	everything, space := w.query, w.query.Filter.Only("space")
	everything.Filter, everything.Newest, everything.pushes = filters.Filter{}, true, false
	w.journal.each(&everything, func(t *Trace, s *filters.Attributes, number uint64) bool {
		if found, _ := w.has(number); found || !space.Match(s) && (s.Space != "" || !t.failure) {
			return true
		}
		different := w.query.Filter.Mismatches(s)
		noPushes := t.failure && w.query.pushes
		if noPushes {
			different++
		}
		if different == 0 {
			w.take(t, number)
			return true
		}
		total++
		at, _ := slices.BinarySearchFunc(nearest, different, func(m miss, n int) int {
			if len(m.diffs) <= n { // after those that are as near and newer
				return -1
			}
			return 1
		})
		if at < maxMisses {
			diffs := w.query.Filter.Differences(s)
			if noPushes {
				diffs = append(diffs, noPush)
			}
			nearest = slices.Insert(nearest, at, miss{t, diffs})
			nearest = nearest[:min(len(nearest), maxMisses)]
		}
		return true
	})
	if _, enough := w.has(0); enough {
		return w.first(count), nil
	}
	e.Got = w.records()
	for _, m := range nearest {
		e.Misses = append(e.Misses, Miss{w.journal.record(m.trace), m.diffs})
	}
	e.Others = total - len(nearest)
	e.Evictions = w.journal.Evictions()
	e.Evicted = e.Evictions.missed(&w.query)
	return nil, e
}

// noPush is how a failure differs from every push.
var noPush = filters.Difference{Word: "state", Want: "that of a push", Got: filters.Failed.String()}
