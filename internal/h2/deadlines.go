package h2

import "time"

// deadlines are the times at which the reader must act. The zero time means never.
type deadlines struct {
	preface time.Time // end of Config.PrefaceTimeout
	idle    time.Time // end of the idle timeout, if no stream is open
	stall   time.Time // next look for unfinished requests, see stall.go
	close   time.Time // the connection ends even with open streams
	read    time.Time // the current read deadline of the connection
}

// forRead returns the earliest deadline of the reader.
func (d *deadlines) forRead() time.Time {
	return earliest(earliest(d.preface, d.idle), earliest(d.stall, d.close))
}

// forWrite returns t, or the time at which the connection closes if that is earlier.
func (d *deadlines) forWrite(t time.Time) time.Time { return earliest(t, d.close) }

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// longAgo as a deadline ends waiting at once.
var longAgo = time.Unix(1, 0)

// wakeReaderLocked makes the reader check its deadlines, even if it is waiting for
// input or for the network to take its output.
func (c *Conn) wakeReaderLocked() {
	if !c.drain.lingering {
		c.setReadDeadlineLocked(longAgo)
	}
	if c.writing && !c.deadline.close.IsZero() {
		c.failLocked("set write deadline", c.nc.SetWriteDeadline(c.deadline.close))
	}
}

func (c *Conn) setReadDeadlineLocked(t time.Time) {
	if t.Equal(c.deadline.read) {
		return
	}
	c.deadline.read = t
	c.failLocked("set read deadline", c.nc.SetReadDeadline(t))
}

// setDeadlinesLocked prepares the reader to wait for input. It returns the error that
// ends the connection if a deadline has passed or a shutdown is complete.
func (c *Conn) setDeadlinesLocked() error {
	if c.output.err != nil {
		return c.output.err
	}
	if c.drain.completeLocked(c) {
		return errDrained
	}
	d := &c.deadline
	unfinished := c.unfinishedLocked()
	if d.forRead().IsZero() && !unfinished {
		c.setReadDeadlineLocked(time.Time{})
		return nil
	}
	now := time.Now()
	switch {
	case past(now, d.close):
		return errDrained
	case past(now, d.preface):
		return ErrPrefaceTimeout
	}
	if err := c.checkIdleLocked(now); err != nil {
		return err
	}
	if err := c.checkStallLocked(now, unfinished); err != nil {
		return err
	}
	c.setReadDeadlineLocked(d.forRead())
	return nil
}

// past reports whether the deadline t has passed.
func past(now, t time.Time) bool { return !t.IsZero() && !now.Before(t) }
