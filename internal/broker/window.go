package broker

// DefaultWindow is how many pushes may be in flight to one device. Apple's
// troubleshooting page says one; a window of 1 does the same, and is slow.
//
// https://developer.apple.com/documentation/usernotifications/troubleshooting-push-notifications
const DefaultWindow = 1024

// A flight is the pushes that were sent and not acknowledged. Ids are given in order, so
// the index of an entry follows from its id. Acknowledgements come in any order, mostly
// in that of sending.
type flight struct {
	entries []*entry // nil where acknowledged
	head    int      // entries before it are acknowledged
	first   uint32   // id of entries[0]
	count   int
}

// maxIDWindows limits the ids in flight to this many windows, when the oldest delivery is
// not acknowledged and later ones are.
const maxIDWindows = 64

// hasRoom reports whether another push may be sent.
func (f *flight) hasRoom(window int) bool {
	return f.count < window && len(f.entries)-f.head < maxIDWindows*window
}

// add puts e in flight and returns its id.
func (f *flight) add(e *entry) uint32 {
	if f.head > 0 && len(f.entries) == cap(f.entries) {
		n := copy(f.entries, f.entries[f.head:])
		clear(f.entries[n:])
		f.first += uint32(f.head)
		f.entries, f.head = f.entries[:n], 0
	}
	f.entries = append(f.entries, e)
	f.count++
	return f.first + uint32(len(f.entries)-1)
}

// remove takes the entry with an id out of flight; nil if there is none.
func (f *flight) remove(id uint32) *entry {
	i := id - f.first // wraps to a large number for an id before the first
	if uint64(i) >= uint64(len(f.entries)) || f.entries[i] == nil {
		return nil
	}
	e := f.entries[i]
	f.entries[i] = nil
	f.count--
	for f.head < len(f.entries) && f.entries[f.head] == nil {
		f.head++
	}
	if f.head == len(f.entries) {
		f.first += uint32(f.head)
		f.entries, f.head = f.entries[:0], 0
	}
	return e
}

// has reports whether the entry with an id is in flight.
func (f *flight) has(id uint32) bool {
	i := id - f.first // as in remove
	return uint64(i) < uint64(len(f.entries)) && f.entries[i] != nil
}

// drain removes and returns all entries, in the order of sending.
func (f *flight) drain() []*entry {
	var all []*entry
	for _, e := range f.entries[f.head:] {
		if e != nil {
			all = append(all, e)
		}
	}
	f.first += uint32(len(f.entries))
	f.entries, f.head, f.count = nil, 0, 0
	return all
}

// oldest returns the id of the oldest delivery in flight.
func (f *flight) oldest() uint32 { return f.first + uint32(f.head) }
