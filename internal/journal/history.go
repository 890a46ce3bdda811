package journal

import "sync"

// Limits of the history, unless something else is asked for.
const (
	// DefaultHistory is how many pushes are kept.
	DefaultHistory = 16384
	// DefaultHistoryBytes is about how much memory they may take.
	DefaultHistoryBytes = 64 << 20
	// trackBytes is about what a track takes besides its payload.
	trackBytes = 1024
)

// A history is the tracks of the latest pushes, in the order of their first
// events. Numbers begin at 1.
type history struct {
	limit    int
	maxBytes int

	mu    sync.Mutex
	ring  []*Track // number n is at (n-1) % limit; nil where one was deleted
	sizes []int32  // of the tracks in ring, so that nobody has to look at old ones
	first uint64   // the oldest number kept
	next  uint64   // that of the next push
	bytes int
	lost  uint64 // how many were pushed out
	loose int    // pushed out for want of memory since the events were last swept
}

func (h *history) init(cfg Config) {
	h.limit, h.maxBytes = cfg.History, cfg.HistoryBytes
	if h.limit <= 0 {
		h.limit = DefaultHistory
	}
	if h.maxBytes <= 0 {
		h.maxBytes = DefaultHistoryBytes
	}
	h.first, h.next = 1, 1
}

// add gives t its number, and pushes out what there is no more room for. It
// reports whether events hold on to much that was pushed out.
func (h *history) add(t *Track) (number uint64, sweep bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	number = h.next
	if number-h.first >= uint64(h.limit) {
		h.pushOutLocked()
	}
	size := trackBytes + len(t.Push.Payload)
	if at := h.index(number); at < len(h.ring) {
		h.ring[at], h.sizes[at] = t, int32(size)
	} else {
		h.ring, h.sizes = append(h.ring, t), append(h.sizes, int32(size))
	}
	h.next++
	h.bytes += size
	for h.bytes > h.maxBytes && h.first < number { // the newest stays
		h.pushOutLocked()
		h.loose++
	}
	if h.loose > 64 && h.loose > int(h.next-h.first)/4 {
		h.loose, sweep = 0, true
	}
	return number, sweep
}

func (h *history) index(number uint64) int { return int((number - 1) % uint64(h.limit)) }

func (h *history) pushOutLocked() {
	at := h.index(h.first)
	h.first++
	if h.ring[at] == nil {
		return // deleted
	}
	h.ring[at] = nil
	h.bytes -= int(h.sizes[at])
	h.lost++
}

// remove takes a track out. It reports whether it was there.
func (h *history) remove(t *Track, number uint64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if number < h.first || number >= h.next || h.ring[h.index(number)] != t {
		return false
	}
	at := h.index(number)
	h.ring[at] = nil
	h.bytes -= int(h.sizes[at])
	return true
}

// A span is a range of numbers: from, to is not in it.
type span struct{ from, to uint64 }

// kept returns the numbers that are kept, and how many were pushed out.
func (h *history) kept() (span, uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return span{h.first, h.next}, h.lost
}

// copy appends the tracks of s that are kept, in order.
func (h *history) copy(dst []*Track, s span) []*Track {
	h.mu.Lock()
	defer h.mu.Unlock()
	for n := max(s.from, h.first); n < min(s.to, h.next); n++ {
		if t := h.ring[h.index(n)]; t != nil {
			dst = append(dst, t)
		}
	}
	return dst
}
