package virtualdevice

import (
	"context"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/state"
)

// maxInbox is how many notifications an inbox keeps; the oldest are discarded first.
const maxInbox = 1000

// A Received is a notification in an inbox.
type Received struct {
	device.Notification
	Number uint64 // from 1
	At     time.Time
}

// An inbox keeps the notifications a device receives.
type inbox struct {
	// Read-only.
	unlimited bool
	device    uint64       // the number of the device
	saver     *state.Saver // may be nil

	mu      sync.Mutex
	list    []Received
	last    uint64        // the number of the newest
	cleared uint64        // the number of the newest when the inbox was cleared
	arrived chan struct{} // closed and replaced when something comes; nil while nobody waits
}

// add is called by one goroutine at a time.
func (b *inbox) add(n device.Notification) {
	r := Received{n, b.take(), time.Now()}
	b.save(&r)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.unlimited && len(b.list) >= maxInbox {
		b.list = append(b.list[:0], b.list[1:]...)
	}
	b.list = append(b.list, r)
	if b.arrived != nil {
		close(b.arrived)
		b.arrived = nil
	}
}

// take returns the number of the next notification.
func (b *inbox) take() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	return b.last
}

func (b *inbox) after(number uint64) []Received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.afterLocked(number)
}

func (b *inbox) afterLocked(number uint64) []Received {
	i := len(b.list)
	for i > 0 && b.list[i-1].Number > number {
		i--
	}
	return append([]Received(nil), b.list[i:]...)
}

func (b *inbox) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.list)
}

func (b *inbox) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list, b.cleared = nil, b.last
}

// Await waits until the inbox has at least count notifications after a number,
// and returns them; when ctx ends, those there are, with its error.
func (d *Device) Await(ctx context.Context, after uint64, count int) ([]Received, error) {
	b := &d.inbox
	for {
		b.mu.Lock()
		list := b.afterLocked(after)
		if len(list) < count && b.arrived == nil {
			b.arrived = make(chan struct{})
		}
		arrived := b.arrived
		b.mu.Unlock()
		if len(list) >= count {
			return list, nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return list, ctx.Err()
		}
	}
}
