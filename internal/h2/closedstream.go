package h2

import (
	"fmt"

	"golang.org/x/net/http2"
)

// An ending is how a stream was closed. It decides how a later frame on it is
// answered.
type ending uint8

const (
	// endingForgotten: closed long ago, or never used because a higher
	// number was used before it.
	endingForgotten ending = iota
	// endingPeer: the peer had ended it, by END_STREAM or RST_STREAM.
	endingPeer
	// endingRefused: we have refused the stream.
	endingRefused
	// endingOurs: we have reset or dropped it, and the peer may not know yet.
	endingOurs
)

// historySize is the number of streams in a history.
const historySize = 128

// A history remembers the endings of the last streams. The place of a stream depends
// on its ID alone, so that remembering is one store.
type history [historySize]struct {
	id  uint32
	how ending
}

func (h *history) remember(id uint32, how ending) {
	h[id/2%historySize].id = id
	h[id/2%historySize].how = how
}

func (h *history) of(id uint32) ending {
	if e := h[id/2%historySize]; e.id == id {
		return e.how
	}
	return endingForgotten
}

// onClosedStream answers DATA or HEADERS on a closed stream.
func (c *Conn) onClosedStream(id uint32) error {
	if err := c.countOverhead(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if id > c.drain.last && !c.drain.retired || c.history.of(id) == endingOurs {
		// "An endpoint MUST minimally process and then discard any frames it receives in
		// this state." https://www.rfc-editor.org/rfc/rfc9113#section-5.1
		return nil
	}
	// Also for a stream that was refused.
	// observed: jchambers/pushy#476
	c.checkLocked(c.fr.WriteRSTStream(id, http2.ErrCodeStreamClosed))
	return nil
}

// headersOnClosedLocked returns the connection error for HEADERS on a closed stream,
// nil if the stream alone is answered.
func (c *Conn) headersOnClosedLocked(id uint32) error {
	switch c.history.of(id) {
	case endingForgotten:
		// "The identifier of a newly established stream MUST be numerically greater than all
		// streams that the initiating endpoint has opened or reserved."
		// https://www.rfc-editor.org/rfc/rfc9113#section-5.1.1
		return connError(http2.ErrCodeProtocol, fmt.Sprintf("HEADERS on stream %d after stream %d", id, c.highest))
	case endingPeer:
		return connError(http2.ErrCodeStreamClosed, fmt.Sprintf("HEADERS on stream %d, which is closed", id))
	}
	return nil
}
