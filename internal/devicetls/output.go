package devicetls

import (
	"io"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

const (
	// batchSize is the number of pushes taken from the broker at a time.
	batchSize = 32
	// flushSize is the number of bytes from which responses are written at once.
	flushSize = 32 << 10
	// keepSize is the largest buffer that is reused, in bytes. A batch of pushes of the
	// maximum size fits.
	keepSize = 256 << 10
)

// An output collects the frames for a device, responses and pushes alike, so that they are
// sent in few writes. Methods with Locked in their names require its lock.
type output struct {
	w io.Writer
	// held is the lock: the goroutine that sends to it holds the output. It is a channel
	// and not a mutex because the holder may wait for the network, which is durably
	// blocking in a synctest bubble only for a channel. It is taken before all other
	// locks of the courier: docs/lock-order.md.
	held    chan struct{}
	pending *batch // nil when there is nothing to write
}

// A batch is the frames that are not written yet, and the memory to make them. An idle
// connection has none.
type batch struct {
	frames       []byte
	deliveries   [batchSize]broker.Delivery
	notification courier.Notification
	token        [apns.MaxDeviceToken]byte
	tracing      [16]byte
	origin       courier.ChannelOrigin
	originBytes  []byte
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func newOutput(w io.Writer) output { return output{w: w, held: make(chan struct{}, 1)} }

func (o *output) lock()   { o.held <- struct{}{} }
func (o *output) unlock() { <-o.held }

// batchLocked returns the batch to add to.
func (o *output) batchLocked() *batch {
	if o.pending == nil {
		o.pending = batches.Get().(*batch)
	}
	return o.pending
}

// appendLocked adds a message to the frames of a batch.
func (s *session) appendLocked(b *batch, m courier.Message) {
	b.frames = s.framing.Append(b.frames, m)
	s.recordSent(m)
}

// flushLocked writes the pending frames.
func (o *output) flushLocked() error {
	b := o.pending
	if b == nil {
		return nil
	}
	o.pending = nil
	defer b.release()
	if len(b.frames) == 0 {
		return nil
	}
	_, err := o.w.Write(b.frames)
	return err
}

// release returns the batch to the pool, without the pushes it referred to.
func (b *batch) release() {
	if cap(b.frames) > keepSize {
		b.frames = nil
	}
	b.frames = b.frames[:0]
	clear(b.deliveries[:])
	b.notification = courier.Notification{}
	b.origin.Channel, b.originBytes = b.origin.Channel[:0], b.originBytes[:0]
	batches.Put(b)
}
