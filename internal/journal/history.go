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
	l.empty(l.at(t.position))
	return true
}

// headersOf returns the headers of a trace, nil after its eviction.
func (h *history) headersOf(t *Trace) []Header {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.partitionOf(t); l.has(t) && l.at(t.position).headers != nil {
		return l.at(t.position).headers.Fields
	}
	return nil
}

// A numberRange has the numbers from from to before to.
type numberRange struct{ from, to uint64 }

// retained returns the range of numbers in which no push was evicted, and how many pushes
// and failures were evicted.
func (h *history) retained() (numbers numberRange, evicted Evictions) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return numberRange{h.pushes.evictedTo + 1, h.next}, Evictions{
		Pushes: h.pushes.evicted, Failures: h.failures.evicted, pushesTo: h.pushes.evictedTo, failuresTo: h.failures.evictedTo,
	}
}

// Evictions is how many records were evicted from the history since the journal began.
type Evictions struct {
	Pushes, Failures uint64

	pushesTo, failuresTo uint64 // the highest numbers of them
}

// String returns a sentence for users.
func (l Evictions) String() string {
	var evicted []string
	if l.Pushes > 0 {
		evicted = append(evicted, counted(l.Pushes, "push", "pushes"))
	}
	if l.Failures > 0 {
		evicted = append(evicted, counted(l.Failures, "failure", "failures"))
	}
	if evicted == nil {
		return "nothing was evicted from the history"
	}
	was := " were"
	if l.Pushes+l.Failures == 1 {
		was = " was"
	}
	return strings.Join(evicted, " and ") + was + " evicted from the history since the start; --history and --history-bytes set how much it keeps"
}

// counted is a number with its noun.
func counted(n uint64, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

// upTo returns the highest evicted number in t's partition.
func (l Evictions) upTo(t *Trace) uint64 {
	if t.failure {
		return l.failuresTo
	}
	return l.pushesTo
}

// missed reports whether the result of q may lack evicted records.
func (l Evictions) missed(q *Query) bool {
	if q.Filter.WantsFailures() {
		return q.After < l.failuresTo
	}
	return l.Pushes > 0 && q.After < l.pushesTo
}

// copy appends at most chunk traces of s to dst, in order or the newest first, and
// returns the rest of s. With pushesOnly it skips failures.
func (h *history) copy(dst []*Trace, s numberRange, newest, pushesOnly bool) ([]*Trace, numberRange) {
	h.mu.Lock()
	defer h.mu.Unlock()
	partitions := []*partition{&h.pushes, &h.failures}
	if pushesOnly {
		partitions = partitions[:1]
	}
	var ranges [2]numberRange // of positions
	for i, l := range partitions {
		ranges[i] = numberRange{l.positionOf(s.from), l.positionOf(s.to)}
	}
	for range chunk {
		best := -1
		for i, l := range partitions {
			if r := ranges[i]; r.from < r.to && (best < 0 || l.number(r, newest) < partitions[best].number(ranges[best], newest) != newest) {
				best = i
			}
		}
		if best < 0 {
			return dst, numberRange{}
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
// numbers. Positions are numbered from 1, without gaps, and are never reused.
type partition struct {
	limit    int
	maxBytes int

	ring      []slot // position p is at (p-1) % limit
	first     uint64 // the oldest position
	next      uint64 // that of the next trace
	bytes     int
	evicted   uint64 // how many were evicted
	evictedTo uint64 // the highest number of them
	stale     int    // evicted for lack of memory since removeEvents was last called
}

// A slot is an element of a partition. It has the fields of a trace that only the history
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

func (l *partition) at(position uint64) *slot { return &l.ring[(position-1)%uint64(l.limit)] }

// number is that of the first or the last position of r.
func (l *partition) number(r numberRange, last bool) uint64 {
	if last {
		return l.at(r.to - 1).number
	}
	return l.at(r.from).number
}

// positionOf returns the first position whose number is not below number.
func (l *partition) positionOf(number uint64) uint64 {
	n := sort.Search(int(l.next-l.first), func(i int) bool { return l.at(l.first+uint64(i)).number >= number })
	return l.first + uint64(n)
}

// has reports whether t was neither evicted nor deleted.
func (l *partition) has(t *Trace) bool {
	return t.position >= l.first && t.position < l.next && l.at(t.position).trace == t
}

func (l *partition) add(t *Trace) {
	if l.next-l.first >= uint64(l.limit) {
		l.evict()
	}
	t.position = l.next
	s := slot{t, t.number, t.sizeLocked(), t.Headers}
	t.Headers = nil
	if at := int((t.position - 1) % uint64(l.limit)); at < len(l.ring) {
		l.ring[at] = s
	} else {
		l.ring = append(l.ring, s)
	}
	l.next++
	l.bytes += s.size + s.headers.use()
	l.trim(t.position)
}

func (l *partition) grow(t *Trace, bytes int) {
	if !l.has(t) {
		return
	}
	l.at(t.position).size += bytes
	l.bytes += bytes
	l.trim(t.position)
}

// trim evicts traces beyond maxBytes, but none from position on.
func (l *partition) trim(position uint64) {
	for l.bytes > l.maxBytes && l.first < position {
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
	l.evictedTo = s.number
	if s.trace == nil {
		return // deleted
	}
	l.empty(s)
	l.evicted++
}

func (l *partition) empty(s *slot) {
	l.bytes -= s.size + s.headers.leave()
	s.trace, s.headers = nil, nil
}
