package h2

import (
	"time"

	"golang.org/x/net/http2"
)

// Limits of what a peer may send, far above what any client of APNs sends.
const (
	// maxHeaderBlock is the largest compressed header block, in octets. A larger one
	// ends the connection. A smaller one whose fields exceed
	// SETTINGS_MAX_HEADER_LIST_SIZE is decoded, and its request gets status 431.
	maxHeaderBlock = 64 << 10
	// maxFragments is the largest number of frames in one header block.
	maxFragments = 64
	// maxDiscard is how much of a request body is read before a response is
	// given without the rest, in octets.
	maxDiscard = 64 << 10
	// maxQueued is how much output may wait while the writer is writing before
	// the reader stops reading, in octets.
	maxQueued = 256 << 10
	// maxIdleFree is how many unused streams a connection keeps.
	maxIdleFree = 128

	// maxResets is how many streams may be reset by the peer, or because of
	// it, in limitPeriod. APNs allows 1000 concurrent streams; all may be
	// canceled at once, and again.
	maxResets = 4000
	// maxOverhead is how many frames that advance no request may come in
	// limitPeriod without a request among them.
	maxOverhead = 10000

	// maxResizes is how many windows of streams may be resized by SETTINGS in
	// limitPeriod. A client that adapts its window to the network does so some ten
	// times in a connection's life, with 1000 streams at most.
	maxResizes = 1 << 20

	limitPeriod = 10 * time.Second
)

// A meter counts events and reports when they come too fast. It reads the clock once
// in limit events.
type meter struct {
	count int
	since time.Time
}

// exceeded counts n events and reports whether the last limit events came within
// limitPeriod.
func (m *meter) exceeded(n, limit int) bool {
	m.count += n
	if m.count < limit {
		return false
	}
	now := time.Now()
	fast := now.Sub(m.since) < limitPeriod
	m.count, m.since = 0, now
	return fast
}

// countOverhead counts a frame that advances no request. Each request resets the
// count.
func (c *Conn) countOverhead() error {
	if c.overhead.exceeded(1, maxOverhead) {
		return connError(http2.ErrCodeEnhanceYourCalm, "too many frames without a request")
	}
	return nil
}

// countResizes counts stream windows that a SETTINGS frame has changed. A request does
// not reset the count: such a frame costs as much as many requests.
func (c *Conn) countResizes(n int) error {
	if c.resizes.exceeded(n, maxResizes) {
		return connError(http2.ErrCodeEnhanceYourCalm, "too many changes of INITIAL_WINDOW_SIZE")
	}
	return nil
}
