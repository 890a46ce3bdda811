package courier

import (
	"bytes"
	"slices"
)

// Limits of the tables of a packed connection.
//
// observed: apsd, rustpush
const (
	maxPackKeys  = 32 // keys in the table
	maxPackKey   = 64 // bytes of a key
	packTable    = 4096
	packOverhead = 32 // what an entry costs besides its bytes
	minIndexed   = 2  // bytes of the shortest value worth an entry
)

// A keyTable holds the newest keys that were sent as literals.
type keyTable struct{ keys []string } // oldest first

// add puts a key in front; the oldest one leaves when there are too many.
func (t *keyTable) add(key string) {
	if len(t.keys) == maxPackKeys {
		t.keys = t.keys[:copy(t.keys, t.keys[1:])]
	}
	t.keys = append(t.keys, key)
}

// find gives the index of a key, 0 for the newest, or -1.
func (t *keyTable) find(key string) int {
	for i, known := range slices.Backward(t.keys) {
		if known == key {
			return len(t.keys) - 1 - i
		}
	}
	return -1
}

// at gives the key of an index.
func (t *keyTable) at(index int) (key string, ok bool) {
	if index >= len(t.keys) {
		return "", false
	}
	return t.keys[len(t.keys)-1-index], true
}

// A valueTable holds the newest values that were marked for it, as they are encoded.
// A reference does not move an entry.
type valueTable struct {
	limit   int
	cost    int
	buf     []byte       // the values, oldest first, each behind the other
	entries []tableEntry // oldest first
	first   int          // the oldest entry that is still in
}

type tableEntry struct {
	start, end int // in buf
	depth      int // of nested values
}

// entryCost is what a value of size bytes costs.
func entryCost(size int) int { return size + packOverhead }

// takes reports whether a value of size bytes may be in the table at all.
func (t *valueTable) takes(size int) bool { return size >= minIndexed && entryCost(size) <= t.limit }

// add puts a value in front and drops the oldest ones until all fit. One that the
// table does not take changes nothing.
func (t *valueTable) add(value []byte, depth int) {
	if !t.takes(len(value)) {
		return
	}
	for t.cost+entryCost(len(value)) > t.limit {
		e := t.entries[t.first]
		t.cost -= entryCost(e.end - e.start)
		t.first++
	}
	if t.first > 0 && (len(t.entries) == cap(t.entries) || len(t.buf)+len(value) > cap(t.buf)) {
		t.compact()
	}
	start := len(t.buf)
	t.buf = append(t.buf, value...)
	t.entries = append(t.entries, tableEntry{start, len(t.buf), depth})
	t.cost += entryCost(len(value))
}

// compact moves what is still in to the front of its memory.
func (t *valueTable) compact() {
	evicted := len(t.buf)
	if t.first < len(t.entries) {
		evicted = t.entries[t.first].start
	}
	t.buf = t.buf[:copy(t.buf, t.buf[evicted:])]
	t.entries = t.entries[:copy(t.entries, t.entries[t.first:])]
	t.first = 0
	for i := range t.entries {
		t.entries[i].start -= evicted
		t.entries[i].end -= evicted
	}
}

// find gives the index of a value, 0 for the newest, or -1.
func (t *valueTable) find(value []byte) int {
	for i := len(t.entries) - 1; i >= t.first; i-- {
		if e := t.entries[i]; bytes.Equal(t.buf[e.start:e.end], value) {
			return len(t.entries) - 1 - i
		}
	}
	return -1
}

// at gives the value of an index, valid until the next add.
func (t *valueTable) at(index uint64) (value []byte, depth int, ok bool) {
	if index >= uint64(len(t.entries)-t.first) {
		return nil, 0, false
	}
	e := t.entries[len(t.entries)-1-int(index)]
	return t.buf[e.start:e.end:e.end], e.depth, true
}

// topics is a list of topic hashes. As many go into the table of a packed connection
// as fill half of it.
//
// observed: apsd
func (f *fields) topics(id uint8, name string, p *[][]byte) {
	if f.mode != modePack {
		f.list(id, name, p)
		return
	}
	for _, topic := range *p {
		if f.pack.budget -= entryCost(1 + len(topic)); f.pack.budget < 0 {
			f.putBytes(id, name, topic)
			continue
		}
		f.putRecurring(id, name, topic)
	}
}
