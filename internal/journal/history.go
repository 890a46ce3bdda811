package journal

import (
	"fmt"
	"sort"
	"strings"
	"sync"
)

// Limits of the history, unless something else is asked for.
const (
	// DefaultHistory is how many pushes are kept.
	DefaultHistory = 16384
	// DefaultHistoryBytes is about how much memory they may take.
	DefaultHistoryBytes = 64 << 20
	// failureShare: failures have 1/failureShare of either limit in addition.
	failureShare = 16
	// minFailures is the minimum number of failures kept.
	minFailures = 64
	// traceBytes approximates the memory of a trace besides what is counted.
	traceBytes = 1024
)

// A history has the traces of the newest pushes and, in a partition of their own, of
// the newest failures, so that failures evict no pushes. Both are numbered together,
// from 1, in the order of their first events.
type history struct {
	mu       sync.Mutex // nothing is locked under it: docs/lock-order.md
	next     uint64     // the number of the next trace
	pushes   partition
	failures partition
}

func (h *history) init(cfg Config) {
	if cfg.History <= 0 {
		cfg.History = DefaultHistory
	}
	if cfg.HistoryBytes <= 0 {
		cfg.HistoryBytes = DefaultHistoryBytes
	}
	h.next = 1
	h.pushes = newPartition(cfg.History, cfg.HistoryBytes)
	h.failures = newPartition(max(minFailures, cfg.History/failureShare), cfg.HistoryBytes/failureShare)
}

// partitionOf returns the partition that t belongs to.
func (h *history) partitionOf(t *Trace) *partition {
	if t.failure {
		return &h.failures
	}
	return &h.pushes
}

// add gives t its number and evicts traces beyond the limits. It reports whether many
// evicted traces are still referenced by events. t is locked.
func (h *history) add(t *Trace) (sweep bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.number = h.next
	h.next++
	l := h.partitionOf(t)
	l.add(t)
	return l.manyStale()
}

// grow adds bytes to the size of t, which is locked. Its result is that of add.
func (h *history) grow(t *Trace, bytes int) (sweep bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.partitionOf(t)
	l.grow(t, bytes)
	return l.manyStale()
}

// remove deletes t, which is locked, and reports whether the history had it.
func (h *history) remove(t *Trace) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.partitionOf(t)
	if !l.has(t) {
		return false
	}
	l.empty(l.at(t.place))
	return true
}

// headersOf returns the headers of a trace, nil after its eviction.
func (h *history) headersOf(t *Trace) []Header {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.partitionOf(t); l.has(t) && l.at(t.place).headers != nil {
		return l.at(t.place).headers.Fields
	}
	return nil
}

// A span is a range of numbers: from, to is not in it.
type span struct{ from, to uint64 }

// retained returns the range of numbers in which no push was evicted, and how many pushes
// and failures were evicted.
func (h *history) retained() (numbers span, lost Lost) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return span{h.pushes.lostTo + 1, h.next}, Lost{
		Pushes: h.pushes.lost, Failures: h.failures.lost, pushesTo: h.pushes.lostTo, failuresTo: h.failures.lostTo,
	}
}

// Lost is how much was evicted from the history since the journal began.
type Lost struct {
	Pushes, Failures uint64

	pushesTo, failuresTo uint64 // the highest numbers of them
}

// String returns a sentence for users.
func (l Lost) String() string {
	var lost []string
	if l.Pushes > 0 {
		lost = append(lost, fmt.Sprintf("%d pushes", l.Pushes))
	}
	if l.Failures > 0 {
		lost = append(lost, fmt.Sprintf("%d failures", l.Failures))
	}
	if lost == nil {
		return "nothing was evicted from the history"
	}
	return strings.Join(lost, " and ") + " were evicted from the history since the start; --history and --history-bytes set how much it keeps"
}

// upTo returns the highest evicted number in t's partition.
func (l Lost) upTo(t *Trace) uint64 {
	if t.failure {
		return l.failuresTo
	}
	return l.pushesTo
}

// missed reports whether the result of q may lack evicted records.
func (l Lost) missed(q *Query) bool {
	if q.Filter.WantsFailures() {
		return q.After < l.failuresTo
	}
	return l.Pushes > 0 && q.After < l.pushesTo
}

// copy appends at most chunk traces of s to dst, in order or the newest first, and
// returns the rest of s. With pushesOnly it skips failures.
func (h *history) copy(dst []*Trace, s span, newest, pushesOnly bool) ([]*Trace, span) {
	h.mu.Lock()
	defer h.mu.Unlock()
	partitions := []*partition{&h.pushes, &h.failures}
	if pushesOnly {
		partitions = partitions[:1]
	}
	var ranges [2]span // of places
	for i, l := range partitions {
		ranges[i] = span{l.placeOf(s.from), l.placeOf(s.to)}
	}
	for range chunk {
		best := -1
		for i, l := range partitions {
			if r := ranges[i]; r.from < r.to && (best < 0 || l.number(r, newest) < partitions[best].number(ranges[best], newest) != newest) {
				best = i
			}
		}
		if best < 0 {
			return dst, span{}
		}
		r := &ranges[best]
		at := r.from
		if newest {
			r.to--
			at = r.to
		} else {
			r.from++
		}
		slot := partitions[best].at(at)
		if newest {
			s.to = slot.number
		} else {
			s.from = slot.number + 1
		}
		if slot.trace != nil {
			dst = append(dst, slot.trace)
		}
	}
	return dst, s
}

// A partition has the pushes or the failures of the history, in the order of their
// numbers. Places are numbered from 1, without gaps, and are never reused.
type partition struct {
	limit    int
	maxBytes int

	ring   []slot // place p is at (p-1) % limit
	first  uint64 // the oldest place
	next   uint64 // that of the next trace
	bytes  int
	lost   uint64 // how many were evicted
	lostTo uint64 // the highest number of them
	stale  int    // evicted for lack of memory since forget last removed events
}

// A slot is a place in a partition. It has the fields of a trace that only the history
// needs, so that a queue that references the trace does not keep them in memory.
type slot struct {
	trace   *Trace // nil where one was deleted
	number  uint64
	size    int // of the trace, kept here so that an eviction need not lock it
	headers *Headers
}

func newPartition(limit, maxBytes int) partition {
	return partition{limit: limit, maxBytes: maxBytes, first: 1, next: 1}
}

func (l *partition) at(place uint64) *slot { return &l.ring[(place-1)%uint64(l.limit)] }

// number is that of the first or the last place of r.
func (l *partition) number(r span, last bool) uint64 {
	if last {
		return l.at(r.to - 1).number
	}
	return l.at(r.from).number
}

// placeOf returns the first place whose number is not below number.
func (l *partition) placeOf(number uint64) uint64 {
	n := sort.Search(int(l.next-l.first), func(i int) bool { return l.at(l.first+uint64(i)).number >= number })
	return l.first + uint64(n)
}

// has reports whether t was neither evicted nor deleted.
func (l *partition) has(t *Trace) bool {
	return t.place >= l.first && t.place < l.next && l.at(t.place).trace == t
}

func (l *partition) add(t *Trace) {
	if l.next-l.first >= uint64(l.limit) {
		l.evict()
	}
	t.place = l.next
	s := slot{t, t.number, t.sizeLocked(), t.Headers}
	t.Headers = nil
	if at := int((t.place - 1) % uint64(l.limit)); at < len(l.ring) {
		l.ring[at] = s
	} else {
		l.ring = append(l.ring, s)
	}
	l.next++
	l.bytes += s.size + s.headers.use()
	l.trim(t.place)
}

func (l *partition) grow(t *Trace, bytes int) {
	if !l.has(t) {
		return
	}
	l.at(t.place).size += bytes
	l.bytes += bytes
	l.trim(t.place)
}

// trim evicts traces beyond maxBytes, but neither place nor newer ones.
func (l *partition) trim(place uint64) {
	for l.bytes > l.maxBytes && l.first < place {
		l.evict()
		l.stale++
	}
}

// manyStale reports, once each time, whether many evicted traces are still referenced
// by events.
func (l *partition) manyStale() bool {
	if l.stale <= 64 || l.stale <= int(l.next-l.first)/4 {
		return false
	}
	l.stale = 0
	return true
}

func (l *partition) evict() {
	s := l.at(l.first)
	l.first++
	l.lostTo = s.number
	if s.trace == nil {
		return // deleted
	}
	l.empty(s)
	l.lost++
}

func (l *partition) empty(s *slot) {
	l.bytes -= s.size + s.headers.leave()
	s.trace, s.headers = nil, nil
}
