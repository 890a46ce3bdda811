package h2

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// output is the queue of octets to be written. Frames are appended under Conn.mu; a
// goroutine that finds no other one writing writes until the queue is empty. Usually
// that is the reader, before it waits for input.
type output struct {
	queued  []byte
	spare   []byte    // the buffer that was written last, empty
	writing bool      // a goroutine writes, without the lock
	awake   bool      // the reader is not waiting, and flushes before it does
	muted   bool      // see Conn.Mute
	err     error     // the first failure; nothing is written after it
	drained sync.Cond // signaled when writing becomes false
}

// Write appends to the queue; it is for the Framer.
func (o *output) Write(p []byte) (int, error) {
	o.queued = append(o.queued, p...)
	return len(p), nil
}

// maxSpare is the largest buffer that is kept for later, in octets.
const maxSpare = 64 << 10

// failLocked keeps the first error of the network.
func (c *Conn) failLocked(doing string, err error) {
	if err != nil && c.output.err == nil {
		c.output.err = fmt.Errorf("%s: %w", doing, err)
	}
}

// checkLocked handles the error of a Framer write. The queue never fails, so that an
// error means an illegal frame of ours.
func (c *Conn) checkLocked(err error) { c.failLocked("write frame", err) }

// wakeWriterLocked has the queue written soon.
func (c *Conn) wakeWriterLocked() {
	if c.awake || c.writing {
		return // the reader or the writing goroutine will see it
	}
	select {
	case c.wake <- struct{}{}:
	default: // the writer has not seen the last signal yet
	}
}

// writeLoop is the writer: it writes what goroutines other than the reader queue.
func (c *Conn) writeLoop() {
	for {
		select {
		case <-c.wake:
			c.mu.Lock()
			c.flushLocked()
			c.mu.Unlock()
		case <-c.done:
			return
		}
	}
}

// flushLocked writes the queue unless another goroutine is writing. It releases the
// lock while it writes.
func (c *Conn) flushLocked() {
	if c.writing {
		return
	}
	c.writing = true
	for len(c.queued) > 0 && c.output.err == nil {
		c.writeQueueLocked()
	}
	c.writing = false
	c.drained.Broadcast()
	if c.output.err != nil || c.drain.completeLocked(c) {
		c.wakeReaderLocked()
	}
}

func (c *Conn) writeQueueLocked() {
	buf := c.queued
	c.queued = c.spare[:0]
	c.spare = nil
	if !c.muted {
		// This ends a connection whose peer does not read.
		deadline := c.deadline.forWrite(time.Now().Add(c.cfg.WriteTimeout))
		err := c.nc.SetWriteDeadline(deadline)
		c.mu.Unlock()
		if err == nil {
			_, err = c.nc.Write(buf)
		}
		c.mu.Lock()
		c.failLocked("write", err)
	}
	if cap(buf) <= maxSpare {
		c.spare = buf[:0]
	}
}

// awaitRoomLocked waits until another goroutine has written enough of the queue.
func (c *Conn) awaitRoomLocked() {
	for c.writing && len(c.queued) > maxQueued {
		c.drained.Wait()
	}
}

// headersLocked queues the field section of a response.
func (c *Conn) headersLocked(id uint32, status int, fields []hpack.HeaderField, end bool) {
	c.enc.reset()
	c.checkLocked(c.enc.status(status))
	for _, f := range fields {
		c.checkLocked(c.enc.field(f))
	}
	block := c.enc.block
	first := block[:min(len(block), int(c.settings.peerMaxFrame))]
	rest := block[len(first):]
	c.checkLocked(c.fr.WriteHeaders(http2.HeadersFrameParam{
		StreamID: id, BlockFragment: first, EndStream: end, EndHeaders: len(rest) == 0,
	}))
	for len(rest) > 0 {
		piece := rest[:min(len(rest), int(c.settings.peerMaxFrame))]
		rest = rest[len(piece):]
		c.checkLocked(c.fr.WriteContinuation(id, len(rest) == 0, piece))
	}
}
