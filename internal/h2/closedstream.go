package h2

import (
	"fmt"

	"golang.org/x/net/http2"
)

// A closeCause is how a stream was closed. It decides how a later frame on it is
// answered.
type closeCause uint8

const (
	// closedLongAgo: closed long ago, or never used because a higher
	// number was used before it.
	closedLongAgo closeCause = iota
	// closedByPeer: the peer had ended it, by END_STREAM or RST_STREAM.
	closedByPeer
	// closedAsRefused: we have refused the stream.
	closedAsRefused
	// closedByUs: we have reset or dropped it, and the peer may not know yet.
	closedByUs
)

// closedStreamsSize is the number of streams that are remembered.
const closedStreamsSize = 128

// closedStreams has how the last streams were closed. The index of a stream depends
// on its ID alone, so that adding one is a single store.
type closedStreams [closedStreamsSize]struct {
	id  uint32
	how closeCause
}

func (h *closedStreams) remember(id uint32, how closeCause) {
	h[id/2%closedStreamsSize].id = id
	h[id/2%closedStreamsSize].how = how
}

func (h *closedStreams) of(id uint32) closeCause {
	if e := h[id/2%closedStreamsSize]; e.id == id {
		return e.how
	}
	return closedLongAgo
}

// onClosedStream answers DATA or HEADERS on a closed stream.
func (c *Conn) onClosedStream(id uint32) error {
	if err := c.countOverhead(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if id > c.drain.last && !c.drain.refusing || c.closedStreams.of(id) == closedByUs {
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
	switch c.closedStreams.of(id) {
	case closedLongAgo:
		// "The identifier of a newly established stream MUST be numerically greater than all
		// streams that the initiating endpoint has opened or reserved."
		// https://www.rfc-editor.org/rfc/rfc9113#section-5.1.1
		return connError(http2.ErrCodeProtocol, fmt.Sprintf("HEADERS on stream %d after stream %d", id, c.highest))
	case closedByPeer:
		return connError(http2.ErrCodeStreamClosed, fmt.Sprintf("HEADERS on stream %d, which is closed", id))
	}
	return nil
}
