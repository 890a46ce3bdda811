package device

import (
	"sync"
	"time"
)

// SetAckDelay makes acknowledgements leave a while after their notifications; 0 is at
// once, less than 0 is never. See [Config.AckDelay].
func (d *Device) SetAckDelay(delay time.Duration) { d.ackDelay.Store(int64(delay)) }

// AckDelay is how long acknowledgements wait; less than 0 is for ever.
func (d *Device) AckDelay() time.Duration { return time.Duration(d.ackDelay.Load()) }

// lateAcks are acknowledgements that leave later, in the order of their
// notifications. Those that are still here when the connection ends are lost.
type lateAcks struct {
	mu   sync.Mutex
	acks []lateAck
}

type lateAck struct {
	due   time.Time
	frame []byte
}

// put adds one. It reports whether it is the first.
func (l *lateAcks) put(due time.Time, frame []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acks = append(l.acks, lateAck{due, frame})
	return len(l.acks) == 1
}

// take gives the frames that are due, and when the next one is; zero if there is none.
func (l *lateAcks) take(now time.Time) (frames []byte, next time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.acks) > 0 && !l.acks[0].due.After(now) {
		frames = append(frames, l.acks[0].frame...)
		l.acks = l.acks[1:]
	}
	if len(l.acks) > 0 {
		next = l.acks[0].due
	}
	return frames, next
}
