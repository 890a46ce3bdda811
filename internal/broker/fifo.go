package broker

// A fifo is a queue of entries that reuses its memory.
type fifo struct {
	entries []*entry
	head    int // entries before it were taken
	bytes   int // of payload; broadcasts do not count
}

func (f *fifo) len() int { return len(f.entries) - f.head }

func (f *fifo) push(e *entry) {
	if f.head > 0 && len(f.entries) == cap(f.entries) {
		n := copy(f.entries, f.entries[f.head:])
		clear(f.entries[n:])
		f.entries, f.head = f.entries[:n], 0
	}
	f.entries = append(f.entries, e)
	f.bytes += e.size()
}

// pop takes the oldest entry; there must be one.
func (f *fifo) pop() *entry {
	e := f.entries[f.head]
	f.entries[f.head] = nil
	f.bytes -= e.size()
	if f.head++; f.head == len(f.entries) {
		f.entries, f.head = f.entries[:0], 0
	}
	return e
}

// drain removes and returns all entries.
func (f *fifo) drain() []*entry {
	all := append([]*entry(nil), f.entries[f.head:]...)
	*f = fifo{}
	return all
}

// size is the number of bytes of payload in memory because of this entry. The payload of
// a broadcast is in memory once for all subscribers.
func (e *entry) size() int {
	if e.message != nil {
		return 0
	}
	return len(e.push.Payload)
}
