package groupcommit

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/store"
)

// A put is a record that is not durable yet.
type put struct {
	store.Record
	pending   *store.Pending
	at        time.Time
	canceled  bool // it was deleted
	unwritten bool // it is not written; its provider waits for the group
}

// A queue is the puts that are not yet given to a group, in their order. The
// position of a put in the queue never changes, so that a handle can name it.
type queue struct {
	puts []put
	head int    // puts before it are canceled
	base uint64 // position of puts[0]
	live int    // puts that are not canceled
}

// add appends a put and returns its position.
func (q *queue) add(p put) uint64 {
	q.puts = append(q.puts, p)
	q.live++
	return q.base + uint64(len(q.puts)-1)
}

// at returns the put at a position; nil if it is in a group, or was.
func (q *queue) at(position uint64) *put {
	if position < q.base {
		return nil
	}
	return &q.puts[position-q.base]
}

// cancel marks a put, which is in the queue, as deleted.
func (q *queue) cancel(p *put) {
	*p = put{canceled: true}
	if q.live--; q.live == 0 {
		q.reset()
		return
	}
	for q.puts[q.head].canceled {
		q.head++
	}
}

// reset empties a queue in which nothing is left.
func (q *queue) reset() {
	q.base += uint64(len(q.puts))
	q.puts, q.head = q.puts[:0], 0
}

// oldest is when the oldest put was added; there must be one.
func (q *queue) oldest() time.Time { return q.puts[q.head].at }

// take moves the puts up to a time to the end of dst.
func (q *queue) take(dst []put, until time.Time) []put {
	n := q.head
	for n < len(q.puts) && !q.puts[n].at.After(until) {
		if p := &q.puts[n]; !p.canceled {
			dst = append(dst, *p)
			q.live--
		}
		n++
	}
	rest := copy(q.puts, q.puts[n:])
	clear(q.puts[rest:])
	q.puts, q.head = q.puts[:rest], 0
	q.base += uint64(n)
	return dst
}

// kinds of queues, as the lowest bit of a handle says.
const (
	waits = iota
	leaves
	queues
)

// handleOf returns the handle of a put at a position of a queue. It is never zero.
func handleOf(queue int, position uint64) store.Handle {
	return store.Handle((position+1)<<1 | uint64(queue))
}

// locationOf returns the queue and the position that a handle names. It must not be zero.
func locationOf(r store.Handle) (queue int, position uint64) {
	return int(r & 1), uint64(r>>1) - 1
}
