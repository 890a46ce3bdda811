package h2

import (
	"time"

	"golang.org/x/net/http2"
)

// What a peer may send. A limit here is far above what any client of APNs does
// and far below what hurts.
const (
	// maxHeaderBlock is the largest compressed header block, in octets. Up to
	// it a field section over MAX_HEADER_LIST_SIZE is decoded and answered;
	// beyond it the connection ends.
	maxHeaderBlock = 64 << 10
	// maxFragments is the largest number of frames in one header block.
	maxFragments = 64
	// maxDiscard is how much of a request body is read before an answer is
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
	// maxNoise is how many frames that advance no request may come in
	// limitPeriod without a request among them.
	maxNoise = 10000

	limitPeriod = 10 * time.Second
)

// A meter counts events and tells when they come too fast. It looks at the
// clock only once in limit events.
type meter struct {
	count int
	since time.Time
}

// exceeded counts one event and reports whether the last limit events came
// within limitPeriod.
func (m *meter) exceeded(limit int) bool {
	m.count++
	if m.count < limit {
		return false
	}
	now := time.Now()
	fast := now.Sub(m.since) < limitPeriod
	m.count, m.since = 0, now
	return fast
}

// countReset counts a stream that came to nothing because of the peer.
// "An endpoint MAY treat activity that is suspicious as a connection error of
// type ENHANCE_YOUR_CALM." RFC 9113, 10.5
func (c *Conn) countReset() error {
	if c.resets.exceeded(maxResets) {
		return connError(http2.ErrCodeEnhanceYourCalm, "too many streams were reset")
	}
	return nil
}

// countNoise counts a frame that advances no request. A request resets the
// count, see Conn.serve.
func (c *Conn) countNoise() error {
	if c.noise.exceeded(maxNoise) {
		return connError(http2.ErrCodeEnhanceYourCalm, "too many frames without a request")
	}
	return nil
}
