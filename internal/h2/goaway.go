package h2

import (
	"errors"
	"io"
	"math"
	"time"

	"golang.org/x/net/http2"
)

// LastAccepted as the last stream ID of a GOAWAY stands for the highest stream that
// was accepted.
const LastAccepted = math.MaxUint32

// MaxStreamID as the last stream ID of a GOAWAY announces the end while all streams
// are still served. "A server that is attempting to gracefully shut down a connection
// SHOULD send an initial GOAWAY frame with the last stream identifier set to 2^31-1
// and a NO_ERROR code."
// https://www.rfc-editor.org/rfc/rfc9113#section-6.8
const MaxStreamID = math.MaxInt32

// lingerTime is how long the peer may take to read our last frames, and
// lingerOctets how much it may still send meanwhile.
const (
	lingerTime   = time.Second
	lingerOctets = 1 << 20
)

// drain is the state of the end of a connection.
type drain struct {
	highest  uint32 // the highest stream that was served or refused, for the last stream of GOAWAY
	last     uint32 // the last stream of the latest GOAWAY; streams above are ignored
	shutdown bool   // Shutdown was called: end when no stream is open
	refusing bool   // GoAwayRefuse was called: streams above last are refused, not ignored
	closed   bool   // Close was called

	lingering bool // the reader has ended, and waits for the peer to read the last frames
}

// completeLocked reports whether a shutdown has nothing left to send or to wait for.
func (d *drain) completeLocked(c *Conn) bool {
	return d.shutdown && len(c.streams) == 0 && len(c.queued) == 0 && !c.writing
}

// GoAway sends GOAWAY with that code and debug data and nothing else. Streams above
// last, or above the highest accepted one if last is LastAccepted, are ignored from
// now on. A second GoAway cannot raise last.
func (c *Conn) GoAway(code http2.ErrCode, last uint32, debug []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.goAwayLocked(code, last, debug)
	c.wakeWriterLocked()
}

func (c *Conn) goAwayLocked(code http2.ErrCode, last uint32, debug []byte) {
	if last == LastAccepted {
		last = c.drain.highest
	}
	// "Endpoints MUST NOT increase the value they send in the last stream identifier."
	// https://www.rfc-editor.org/rfc/rfc9113#section-6.8
	c.drain.last = min(c.drain.last, last)
	c.checkLocked(c.fr.WriteGoAway(c.drain.last, code, debug))
	for id, s := range c.streams {
		if id > c.drain.last {
			c.dropLocked(s, closedByUs)
		}
	}
}

// Shutdown sends GOAWAY with NO_ERROR, the highest accepted stream and the debug data,
// and ends the connection when the open streams are answered. It does not wait.
func (c *Conn) Shutdown(debug []byte) { c.shutdown(debug, 0) }

// GoAwayRefuse sends GOAWAY with NO_ERROR, the highest accepted stream and the debug data.
// Streams that the peer opens after that are refused with REFUSED_STREAM. The
// connection ends when the peer closes it, or after within.
// observed: edamov/pushok#169
func (c *Conn) GoAwayRefuse(debug []byte, within time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline.close = earliest(c.deadline.close, time.Now().Add(within))
	if !c.drain.refusing {
		c.drain.refusing = true
		c.goAwayLocked(http2.ErrCodeNo, LastAccepted, debug)
	}
	c.wakeWriterLocked()
	c.wakeReaderLocked()
}

// shutdown is Shutdown with a maximum duration, unless grace is 0.
func (c *Conn) shutdown(debug []byte, grace time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if grace > 0 {
		c.deadline.close = earliest(c.deadline.close, time.Now().Add(grace))
	}
	if !c.drain.shutdown {
		c.drain.shutdown = true
		c.goAwayLocked(http2.ErrCodeNo, LastAccepted, debug)
	}
	c.wakeWriterLocked()
	c.wakeReaderLocked()
}

// Close ends the connection at once.
func (c *Conn) Close() error {
	c.mu.Lock()
	c.drain.closed = true
	c.mu.Unlock()
	return c.nc.Close()
}

// end sends the last frames after the reader has ended with cause, and returns cause.
func (c *Conn) end(cause error) error {
	c.cfg.BeforeWait(c, true)
	c.reportEnd(cause)
	var ce *ConnectionError
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deadline.close = earliest(c.deadline.close, time.Now().Add(lingerTime))
	switch {
	case errors.As(cause, &ce):
		c.goAwayLocked(ce.Code, LastAccepted, []byte(ce.Reason))
	case errors.Is(cause, ErrIdle):
		c.goAwayLocked(http2.ErrCodeNo, LastAccepted, c.cfg.IdleDebug)
	}
	c.awake = true // no other goroutine needs to write now
	c.wakeReaderLocked()
	for c.writing {
		c.drained.Wait()
	}
	c.flushLocked()
	if c.output.err == nil && !c.drain.closed && !errors.Is(cause, io.EOF) {
		c.lingerLocked()
	}
	return cause
}

// lingerLocked closes the write side and reads what the peer still sends, since
// closing the socket before that would discard our last frames.
func (c *Conn) lingerLocked() {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return // the peer has closed, or the connection has no half-close
	}
	c.drain.lingering = true
	c.setReadDeadlineLocked(c.deadline.close)
	c.mu.Unlock()
	_, _ = io.CopyN(io.Discard, c.br, lingerOctets) // the connection ends in any case
	c.mu.Lock()
}

// maxPeerDebug is how much of the peer's debug data is kept, in octets.
const maxPeerDebug = 1024

// onGoAway keeps the error of the peer's GOAWAY. The peer opens no more streams, and
// closes the connection when it has its responses.
func (c *Conn) onGoAway(f *http2.GoAwayFrame) error {
	if f.ErrCode != http2.ErrCodeNo {
		debug := f.DebugData()
		c.peerError = &PeerError{Code: f.ErrCode, Debug: string(debug[:min(len(debug), maxPeerDebug)])}
	}
	return c.countOverhead()
}
