package h2

import (
	"errors"
	"fmt"

	"golang.org/x/net/http2"
)

// readFrame reads and handles one frame.
func (c *Conn) readFrame() error {
	fh, err := c.fr.ReadFrameHeader()
	if err != nil {
		return c.frameError(fh, err)
	}
	if err := checkShape(fh); err != nil {
		return err
	}
	if isPlainHeaders(fh) {
		return c.readPlainHeaders(fh)
	}
	f, err := c.fr.ReadFrameForHeader(fh)
	if err != nil {
		return c.frameError(fh, err)
	}
	switch f := f.(type) {
	case *http2.DataFrame:
		return c.onData(f)
	case *http2.HeadersFrame:
		return c.onHeaders(f.FrameHeader, f.Priority, f.HeaderBlockFragment())
	case *http2.ContinuationFrame:
		return c.onContinuation(f)
	case *http2.WindowUpdateFrame:
		return c.onWindowUpdate(f)
	case *http2.SettingsFrame:
		return c.onSettings(f)
	case *http2.PingFrame:
		return c.onPing(f)
	case *http2.RSTStreamFrame:
		return c.onRSTStream(f)
	case *http2.GoAwayFrame:
		return c.onGoAway(f)
	case *http2.PriorityFrame:
		return c.onPriority(f)
	}
	// "Implementations MUST ignore and discard frames of unknown types."
	// https://www.rfc-editor.org/rfc/rfc9113#section-4.1
	return c.countOverhead()
}

// isPlainHeaders reports whether a frame is HEADERS without padding and priority.
// https://www.rfc-editor.org/rfc/rfc9113#section-6.2
func isPlainHeaders(fh http2.FrameHeader) bool {
	return fh.Type == http2.FrameHeaders && fh.StreamID != 0 &&
		!fh.Flags.Has(http2.FlagHeadersPadded) && !fh.Flags.Has(http2.FlagHeadersPriority)
}

// readPlainHeaders handles such a frame in the read buffer; every request has one, and
// the Framer would allocate.
func (c *Conn) readPlainHeaders(fh http2.FrameHeader) error {
	fragment, err := c.br.Peek(int(fh.Length))
	if err == nil {
		_, err = c.br.Discard(len(fragment)) // the octets stay valid until the next await
	}
	if err != nil {
		return fmt.Errorf("read frame: %w", err)
	}
	return c.onHeaders(fh, http2.PriorityParam{}, fragment)
}

// checkShape rejects a frame that is too short for the fields of its flags, which the
// Framer would take for the end of the input.
// https://www.rfc-editor.org/rfc/rfc9113#section-4.2
func checkShape(fh http2.FrameHeader) error {
	var need uint32
	switch fh.Type {
	case http2.FrameData:
		if fh.Flags.Has(http2.FlagDataPadded) {
			need = 1
		}
	case http2.FrameHeaders:
		if fh.Flags.Has(http2.FlagHeadersPadded) {
			need++
		}
		if fh.Flags.Has(http2.FlagHeadersPriority) {
			need += 5
		}
	case http2.FramePushPromise:
		// "A client cannot push. Thus, servers MUST treat the receipt of a PUSH_PROMISE
		// frame as a connection error." https://www.rfc-editor.org/rfc/rfc9113#section-8.4
		return connError(http2.ErrCodeProtocol, "PUSH_PROMISE from a client")
	}
	if fh.Length < need {
		return connError(http2.ErrCodeFrameSize, fmt.Sprintf("%v frame of %d octets", fh.Type, fh.Length))
	}
	return nil
}

// frameError returns the error of a frame that the Framer cannot parse.
func (c *Conn) frameError(fh http2.FrameHeader, err error) error {
	reason := err.Error()
	if detail := c.fr.ErrorDetail(); detail != nil {
		reason = detail.Error()
	}
	var ce http2.ConnectionError
	var se http2.StreamError
	switch {
	case errors.Is(err, http2.ErrFrameTooLarge):
		return connError(http2.ErrCodeFrameSize, fmt.Sprintf("%v frame of %d octets", fh.Type, fh.Length))
	case errors.As(err, &ce):
		return connError(http2.ErrCode(ce), reason)
	case errors.As(err, &se) && fh.Type == http2.FrameHeaders:
		// The header block is lost, and with it the state of HPACK.
		return connError(se.Code, reason)
	case errors.As(err, &se):
		if err := c.checkUsed(se.StreamID, fh.Type); err != nil {
			return err
		}
		return streamError(se.StreamID, se.Code, reason)
	}
	return fmt.Errorf("read frame: %w", err)
}

// checkUsed rejects a frame on a stream that the peer has not opened. "Receiving any frame
// other than HEADERS or PRIORITY on a stream in this state MUST be treated as a connection
// error of type PROTOCOL_ERROR." https://www.rfc-editor.org/rfc/rfc9113#section-5.1
func (c *Conn) checkUsed(id uint32, t http2.FrameType) error {
	if id%2 == 0 || id > c.highest {
		return connError(http2.ErrCodeProtocol, fmt.Sprintf("%v on stream %d, which is idle", t, id))
	}
	return nil
}
