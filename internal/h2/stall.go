package h2

import (
	"time"

	"golang.org/x/net/http2"
)

// The peer may open a request, a header block or a frame and never finish it, or
// ask for a response and never open the window for it. There is no timer per stream:
// every StallTimeout, while something is open, the reader looks for what is unfinished,
// and ends what it finds for the second time.

// unfinishedLocked reports whether a request, a response, a frame or a header block is
// incomplete.
func (c *Conn) unfinishedLocked() bool { return len(c.streams) > 0 || c.incomplete() }

// incomplete reports whether a frame or a header block is incomplete. It is called
// after all complete ones are handled.
func (c *Conn) incomplete() bool { return c.block.open || c.br.Buffered() > 0 }

// checkStallLocked ends what is stalled if it is time to look for it, and sets the
// next time.
func (c *Conn) checkStallLocked(now time.Time, unfinished bool) error {
	d := &c.deadline
	if past(now, d.stall) {
		d.stall = time.Time{}
		if err := c.endStalledLocked(); err != nil {
			return err
		}
	}
	if unfinished && d.stall.IsZero() {
		d.stall = now.Add(c.cfg.StallTimeout)
	}
	return nil
}

// endStalledLocked ends what is found unfinished for the second time. It releases the
// lock while it reports that.
func (c *Conn) endStalledLocked() error {
	if c.incomplete() {
		if c.incompleteAt == c.finished+1 {
			return connErrorOn(c.openBlock(), http2.ErrCodeEnhanceYourCalm, "a frame was not finished in time")
		}
		c.incompleteAt = c.finished + 1 // never 0, the initial value
	}
	var stalled []uint32
	for _, s := range c.streams {
		switch {
		case (s.remoteEnded || s.served) && len(s.pending) == 0: // the handler is at work
		case !s.stalled:
			s.stalled = true
		default:
			stalled = append(stalled, s.id)
		}
	}
	for _, id := range stalled {
		if err := c.resetStalledLocked(id); err != nil {
			return err
		}
	}
	c.wakeWriterLocked()
	return nil
}

func (c *Conn) resetStalledLocked(id uint32) error {
	c.cfg.Log.Debug("stream reset, it was not finished in time", "remote", c.nc.RemoteAddr(), "stream", id)
	c.mu.Unlock()
	c.report(Failure{Kind: StreamReset, Stream: id, Code: http2.ErrCodeCancel, Reason: "not finished in time"})
	c.mu.Lock()
	s := c.streams[id]
	if s == nil {
		return nil // another goroutine has ended it meanwhile
	}
	c.resetLocked(s, http2.ErrCodeCancel)
	return c.countReset()
}

// openBlock returns the stream whose header block is incomplete; 0 for none.
func (c *Conn) openBlock() uint32 {
	if c.block.open {
		return c.block.id
	}
	return 0
}
