package h2

import "time"

// deadlines are the times by which something must have happened on the wire.
// The zero time means never.
type deadlines struct {
	preface time.Time // preface and first SETTINGS must have arrived
	idle    time.Time // some input must have arrived, if no stream is open
	stall   time.Time // what is unfinished is looked at, see stall.go
	close   time.Time // the connection ends whatever is open
	read    time.Time // what the connection's read deadline is set to
}

// forRead returns when reading must stop waiting, to look around.
func (d *deadlines) forRead() time.Time {
	return earliest(earliest(d.preface, d.idle), earliest(d.stall, d.close))
}

// forWrite returns t, or the end of the connection if that is earlier.
func (d *deadlines) forWrite(t time.Time) time.Time { return earliest(t, d.close) }

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// longAgo as a deadline ends waiting at once.
var longAgo = time.Unix(1, 0)

// wakeReaderLocked makes the reader look around, even if it is waiting for input or
// for the network to take its output.
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
// ends the connection, if a time is up or a shutdown complete.
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
	case past(now, d.idle) && len(c.streams) == 0:
		return ErrIdle
	case past(now, d.idle):
		d.idle = now.Add(c.cfg.IdleTimeout)
	}
	if err := c.checkStallLocked(now, unfinished); err != nil {
		return err
	}
	c.setReadDeadlineLocked(d.forRead())
	return nil
}

func past(now, t time.Time) bool { return !t.IsZero() && !now.Before(t) }
