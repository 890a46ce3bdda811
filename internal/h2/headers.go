package h2

import (
	"fmt"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A block is the header block that is being read: one HEADERS frame and its
// CONTINUATION frames, between which no other frame can come.
type block struct {
	id        uint32
	kind      blockKind
	endStream bool
	open      bool // its last fragment has not come
	octets    int  // compressed size so far
	fragments int

	// What the fields have shown so far; see request.go.
	listSize        uint32
	tooLarge        bool
	pseudoSeen      pseudo
	regularSeen     bool              // a regular field has been seen
	malformed       string            // the first rule that was broken: https://www.rfc-editor.org/rfc/rfc9113#section-8.2
	badField        hpack.HeaderField // the field that broke it; no name = none did
	dependsOnItself bool
}

type blockKind uint8

const (
	blockRequest blockKind = iota
	blockTrailers
	blockOnClosed // for a stream that is closed
	blockIgnored  // for a stream above the last one of our GOAWAY
	blockRefused  // the same, after GoAwayRefuse
)

// onHeaders begins a header block with its first fragment.
func (c *Conn) onHeaders(fh http2.FrameHeader, priority http2.PriorityParam, fragment []byte) error {
	kind, err := c.classify(fh.StreamID)
	if err != nil {
		return err
	}
	c.block = block{id: fh.StreamID, kind: kind, endStream: fh.Flags.Has(http2.FlagHeadersEndStream)}
	c.block.dependsOnItself = priority.StreamDep == fh.StreamID
	if kind == blockRequest {
		c.highest = fh.StreamID
		c.next.contentLength = -1
	}
	c.dec.begin(kind == blockRequest || kind == blockTrailers)
	return c.onFragment(fragment, fh.Flags.Has(http2.FlagHeadersEndHeaders))
}

func (c *Conn) onContinuation(f *http2.ContinuationFrame) error {
	return c.onFragment(f.HeaderBlockFragment(), f.HeadersEnded())
}

// classify returns the kind of a header block on stream id.
func (c *Conn) classify(id uint32) (blockKind, error) {
	if id%2 == 0 {
		// "Streams initiated by a client MUST use odd-numbered stream identifiers."
		// https://www.rfc-editor.org/rfc/rfc9113#section-5.1.1
		return 0, connError(http2.ErrCodeProtocol, fmt.Sprintf("HEADERS on stream %d: not an odd number", id))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.streams[id] != nil:
		return blockTrailers, nil
	case id > c.drain.last:
		c.highest = max(c.highest, id)
		if c.drain.refusing {
			return blockRefused, nil
		}
		return blockIgnored, nil
	case id > c.highest:
		return blockRequest, nil
	}
	return blockOnClosed, c.headersOnClosedLocked(id)
}

// onFragment decodes a piece of the block.
func (c *Conn) onFragment(fragment []byte, last bool) error {
	b := &c.block
	b.open = !last
	b.octets += len(fragment)
	b.fragments++
	if b.octets > maxHeaderBlock || b.fragments > maxFragments {
		return connErrorOn(b.id, http2.ErrCodeEnhanceYourCalm, "header block too large")
	}
	if err := c.decode(fragment, last); err != nil {
		// "A decoding error in a field block MUST be treated as a connection error of type
		// COMPRESSION_ERROR." https://www.rfc-editor.org/rfc/rfc9113#section-4.3
		return connErrorOn(b.id, http2.ErrCodeCompression, err.Error())
	}
	if !last {
		return nil
	}
	return c.endBlock()
}

func (c *Conn) decode(fragment []byte, last bool) error {
	if last && c.block.fragments == 1 {
		if err := c.dec.writeWhole(fragment); err != nil {
			return err
		}
		return c.dec.end()
	}
	if err := c.dec.write(fragment); err != nil || !last {
		return err
	}
	return c.dec.end()
}

// endBlock acts on a complete header block.
func (c *Conn) endBlock() error {
	switch c.block.kind {
	case blockRequest:
		return c.endRequest()
	case blockTrailers:
		return c.endTrailers()
	case blockOnClosed:
		return c.onClosedStream(c.block.id)
	case blockRefused:
		c.resetRefused(c.block.id)
	}
	return c.countOverhead()
}

// respondLargeFields answers a field section over MAX_HEADER_LIST_SIZE with 431. "A
// server that receives a larger field block than it is willing to handle can send an
// HTTP 431 (Request Header Fields Too Large) status code."
// https://www.rfc-editor.org/rfc/rfc9113#section-10.5.1
// A stream error would not tell the client what to change.
func (c *Conn) respondLargeFields(s *Stream) error {
	c.report(Failure{
		Kind: HeadersTooLarge, Stream: s.id,
		Reason: fmt.Sprintf("headers of more than %d octets, as RFC 9113, 6.5.2 counts them", c.cfg.MaxHeaderListSize),
	})
	s.Respond(431, nil)
	return c.countReset()
}
