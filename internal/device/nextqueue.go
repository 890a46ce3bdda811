package device

import (
	"context"
	"sync"
)

// A nextQueue holds notifications until Next takes them. When it is full the oldest is dropped,
// and the next call of Next reports it once.
type nextQueue struct {
	limit int
	wake  chan struct{} // holds a token while items wait or some were missed

	mu     sync.Mutex
	items  []Notification // a ring of count items from head
	head   int
	count  int
	missed bool
}

func newNextQueue(limit int) *nextQueue {
	return &nextQueue{limit: limit, wake: make(chan struct{}, 1)}
}

// put adds a notification. It never blocks.
func (b *nextQueue) put(n Notification) {
	if b.limit < 0 {
		return
	}
	b.mu.Lock()
	if b.count == len(b.items) && b.count < b.limit {
		b.growLocked()
	}
	if b.count == len(b.items) {
		b.items[b.head] = n
		b.head = (b.head + 1) % len(b.items)
		b.missed = true
	} else {
		b.items[(b.head+b.count)%len(b.items)] = n
		b.count++
	}
	b.mu.Unlock()
	signal(b.wake)
}

// growLocked doubles the ring, up to the limit.
func (b *nextQueue) growLocked() {
	items := make([]Notification, min(max(2*len(b.items), 16), b.limit))
	n := copy(items, b.items[b.head:])
	copy(items[n:], b.items[:b.head])
	b.items, b.head = items, 0
}

// take waits for the next notification until ctx ends or done is closed. What is
// in the queue at that time is still returned.
func (b *nextQueue) take(ctx context.Context, done <-chan struct{}) (Notification, error) {
	for {
		if n, ok, err := b.poll(); ok || err != nil {
			return n, err
		}
		select {
		case <-b.wake:
		case <-ctx.Done():
			return Notification{}, ctx.Err()
		case <-done:
			if n, ok, err := b.poll(); ok || err != nil {
				return n, err
			}
			return Notification{}, ErrStopped
		}
	}
}

// poll takes a notification if there is one.
func (b *nextQueue) poll() (n Notification, ok bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.missed {
		b.missed = false
		signal(b.wake)
		return Notification{}, false, ErrMissed
	}
	if b.count == 0 {
		return Notification{}, false, nil
	}
	n, b.items[b.head] = b.items[b.head], Notification{}
	b.head = (b.head + 1) % len(b.items)
	b.count--
	if b.count > 0 {
		signal(b.wake) // for another one who waits
	}
	return n, true, nil
}
