package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/match"
)

// maxMisses is how many near misses are told.
const maxMisses = 10

// A NotMetError says that not enough pushes matched in time, and what came
// instead.
type NotMetError struct {
	Filter match.Filter
	// Want is how many should have matched; Got are those that did.
	Want int
	Got  []Record
	// Misses are those that came nearest, the nearest first. Others is how many
	// more there were.
	Misses []Miss
	Others int
	// Evicted says that some were pushed out before they could be looked at.
	Evicted bool
	// Err is the error of the context.
	Err error
}

// A Miss is a push that did not match.
type Miss struct {
	Record      Record
	Differences []match.Difference
}

// Error lists the near misses.
func (e *NotMetError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "journal: %d of %d pushes matched %s", len(e.Got), e.Want, &e.Filter)
	switch {
	case len(e.Misses) == 0 && len(e.Got) == 0:
		b.WriteString("; nothing came at all")
	case len(e.Misses) > 0:
		b.WriteString("; nearest:")
	}
	for _, m := range e.Misses {
		fmt.Fprintf(&b, "\n\t%s:", m.Record.Push.ID)
		for i, d := range m.Differences {
			b.WriteString([]string{" ", "; "}[min(i, 1)] + d.String())
		}
	}
	if e.Others > 0 {
		fmt.Fprintf(&b, "\n\tand %d more", e.Others)
	}
	return b.String()
}

func (e *NotMetError) Unwrap() error { return e.Err }

// Await returns when count records match, those that were there before
// included, oldest first; the number of the last one serves as after for what
// follows. Records up to the number after do not count. If ctx ends first, the
// error is a [*NotMetError].
//
// It waits for events, never for time, so that it may be used in a bubble of
// package testing/synctest.
func (j *Journal) Await(ctx context.Context, f match.Filter, count int, after uint64) ([]Record, error) {
	if j == nil {
		return nil, errors.New("journal: there is none to wait for")
	}
	w := waiting{journal: j, query: Query{Filter: f, After: after}, found: make(map[uint64]*Track)}
	cursor := j.Last()
	w.scan()
	for len(w.found) < count {
		if err := j.Wait(ctx, cursor); err != nil {
			return w.last(count, err)
		}
		page := j.Read(cursor, 0)
		cursor = page.Next
		if page.Missed {
			w.scan() // some were pushed out before they were read; their tracks may be there
			continue
		}
		for i := range page.Events {
			w.see(page.Events[i].Track)
		}
	}
	return w.first(count), nil
}

// A waiting is what one Await has found.
type waiting struct {
	journal *Journal
	query   Query
	found   map[uint64]*Track // by number
}

func (w *waiting) scan() {
	w.journal.each(&w.query, func(t *Track, _ *match.Subject, number uint64) bool {
		w.found[number] = t
		return true
	})
}

// see looks at a track that something has happened to.
func (w *waiting) see(t *Track) {
	if t == nil {
		return
	}
	if s, number := t.subject(); number > w.query.After && w.found[number] == nil && w.query.Filter.Match(&s) {
		w.found[number] = t
	}
}

// first returns the first count records of what was found.
func (w *waiting) first(count int) []Record {
	records := w.records()
	return records[:min(count, len(records))]
}

func (w *waiting) records() (all []Record) {
	for _, t := range w.found {
		all = append(all, t.record())
	}
	slices.SortFunc(all, func(a, b Record) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// last looks once more, after ctx has ended with err. What came to match since the
// last look counts; if it still is not enough, the error tells what came nearest: in
// the fewest words different, the newest first. What happens in another space than
// the one asked for is near nobody.
func (w *waiting) last(count int, err error) ([]Record, error) {
	e := &NotMetError{Filter: w.query.Filter, Want: count, Err: err}
	type miss struct {
		track *Track
		diffs []match.Difference
	}
	var nearest []miss
	total := 0
	everything := w.query
	everything.Filter, everything.Newest = w.query.Filter.Only("space"), true
	w.journal.each(&everything, func(t *Track, s *match.Subject, number uint64) bool {
		if w.found[number] != nil {
			return true
		}
		diffs := w.query.Filter.Differences(s)
		if len(diffs) == 0 {
			w.found[number] = t
			return true
		}
		total++
		at, _ := slices.BinarySearchFunc(nearest, len(diffs), func(m miss, n int) int {
			if len(m.diffs) <= n { // after those that are as near and newer
				return -1
			}
			return 1
		})
		if at < maxMisses {
			nearest = slices.Insert(nearest, at, miss{t, diffs})
			nearest = nearest[:min(len(nearest), maxMisses)]
		}
		return true
	})
	if len(w.found) >= count {
		return w.first(count), nil
	}
	e.Got = w.records()
	for _, m := range nearest {
		e.Misses = append(e.Misses, Miss{m.track.record(), m.diffs})
	}
	e.Others = total - len(nearest)
	kept, evicted := w.journal.history.kept()
	e.Evicted = evicted > 0 && w.query.After+1 < kept.from
	return nil, e
}
