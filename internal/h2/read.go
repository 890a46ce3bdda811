package h2

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

const frameHeaderLen = 9

// readLoop handles frames until one of them, or the input, ends the connection.
func (c *Conn) readLoop() error {
	for {
		if err := c.awaitFrame(); err != nil {
			return c.endOfInput(err)
		}
		err := c.readFrame()
		if err == nil {
			if !c.block.open {
				c.finished++
			}
			continue
		}
		var se *StreamError
		if !errors.As(err, &se) {
			return err
		}
		if err := c.failStream(se); err != nil {
			return err
		}
	}
}

// endOfInput returns io.ErrUnexpectedEOF if the input has ended within a request.
func (c *Conn) endOfInput(err error) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	half := c.block.open
	for _, s := range c.streams {
		half = half || !s.remoteEnded && !s.closed
	}
	if half {
		return fmt.Errorf("read request: %w", io.ErrUnexpectedEOF)
	}
	return err
}

// awaitFrame returns when the next frame is completely in the buffer, so that the
// reader waits for input nowhere else. Before it waits, it writes the queued output.
func (c *Conn) awaitFrame() error {
	if c.frameInMemory() {
		return nil
	}
	if err := c.await(frameHeaderLen); err != nil {
		return err
	}
	return c.await(c.frameLen())
}

// frameLen returns the length of the next frame with its header, which is in the
// buffer; of the header alone if the frame is too large.
func (c *Conn) frameLen() int {
	header, err := c.br.Peek(frameHeaderLen)
	if err != nil {
		return frameHeaderLen
	}
	length := binary.BigEndian.Uint32(header) >> 8
	if length > c.cfg.MaxFrameSize {
		return frameHeaderLen
	}
	return frameHeaderLen + int(length)
}

func (c *Conn) frameInMemory() bool {
	return c.br.Buffered() >= frameHeaderLen && c.br.Buffered() >= c.frameLen()
}

// await writes the queued output and returns when n octets of input are in the buffer.
func (c *Conn) await(n int) error {
	for c.br.Buffered() < n {
		c.cfg.BeforeWait(c, false)
		if err := c.prepareToWait(); err != nil {
			return err
		}
		_, err := c.br.Peek(c.br.Buffered() + 1) // not n: any input must be noticed
		c.mu.Lock()
		c.awake = true
		if err == nil {
			c.ackDue = true
			c.resetIdleLocked()
		}
		c.mu.Unlock()
		switch {
		case err == nil, errors.Is(err, os.ErrDeadlineExceeded):
			// At a deadline, prepareToWait checks all of them.
		case err == io.EOF && c.br.Buffered() == 0:
			return io.EOF
		case err == io.EOF:
			return fmt.Errorf("read frame: %w", io.ErrUnexpectedEOF)
		default:
			return fmt.Errorf("read: %w", err)
		}
	}
	return nil
}

// prepareToWait makes the reader ready to wait: it writes the queue and sets the
// deadlines.
func (c *Conn) prepareToWait() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acknowledgeLocked()
	c.flushLocked()
	c.awaitRoomLocked()
	c.awake = false
	return c.setDeadlinesLocked()
}

// acknowledgeLocked sends a TCP acknowledgement for input that causes no output yet,
// such as half a request, whose other half the peer may hold back until then. Output
// carries its acknowledgement itself.
func (c *Conn) acknowledgeLocked() {
	if c.ackDue && len(c.queued) == 0 && !c.muted {
		c.acker.Send()
	}
	c.ackDue = false
}

// failStream answers a stream error.
func (c *Conn) failStream(e *StreamError) error {
	c.cfg.Log.Debug("stream reset", "remote", c.nc.RemoteAddr(), "err", e)
	c.report(Failure{Kind: StreamReset, Stream: e.StreamID, Code: e.Code, Reason: e.Reason})
	c.mu.Lock()
	if s := c.streams[e.StreamID]; s != nil {
		c.resetLocked(s, e.Code)
	} else {
		c.checkLocked(c.fr.WriteRSTStream(e.StreamID, e.Code))
		c.closedStreams.remember(e.StreamID, closedByUs)
	}
	c.mu.Unlock()
	return c.countReset()
}
