package h2

import (
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/net/http2"
)

// exchangePrefaces sends our SETTINGS, which NewConn has queued, without waiting for
// the client, since some clients wait for them, and reads the client's preface. An
// HTTP/1.1 client gets the SETTINGS frame and the end of the connection.
// observed: curl against APNs reports HTTP/0.9, 2026
// https://www.rfc-editor.org/rfc/rfc9113#section-3.4
func (c *Conn) exchangePrefaces(now time.Time) error {
	c.mu.Lock()
	c.deadline.preface = now.Add(c.cfg.PrefaceTimeout)
	c.mu.Unlock()

	// Octet by octet: what is not HTTP/2 may be shorter than the preface.
	for i := range len(http2.ClientPreface) {
		if err := c.await(1); err != nil {
			if i > 0 && errors.Is(err, io.EOF) {
				return fmt.Errorf("read preface: %w", io.ErrUnexpectedEOF)
			}
			return err
		}
		if b, err := c.br.ReadByte(); err != nil || b != http2.ClientPreface[i] {
			return c.notHTTP2(http2.ClientPreface[:i] + string([]byte{b}))
		}
	}
	return c.awaitFirstSettings()
}

// awaitFirstSettings handles the first frame. "This sequence MUST be followed by a
// SETTINGS frame, which MAY be empty."
// https://www.rfc-editor.org/rfc/rfc9113#section-3.4
func (c *Conn) awaitFirstSettings() error {
	if err := c.awaitFrame(); err != nil {
		return err
	}
	header, err := c.br.Peek(frameHeaderLen)
	if err != nil {
		return err
	}
	if http2.FrameType(header[3]) != http2.FrameSettings || http2.Flags(header[4]).Has(http2.FlagSettingsAck) {
		return connError(http2.ErrCodeProtocol, "the first frame is not SETTINGS")
	}
	c.mu.Lock()
	c.deadline.preface = time.Time{}
	c.mu.Unlock()
	return c.readFrame()
}
