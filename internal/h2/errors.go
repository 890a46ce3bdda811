package h2

import (
	"errors"
	"fmt"

	"golang.org/x/net/http2"
)

// A ConnectionError is a violation after which the connection cannot go on. It
// goes to the peer as GOAWAY with the reason as debug data, as text, the way
// the servers of APNs do it (observed: node-apn#727). RFC 9113, 5.4.1.
type ConnectionError struct {
	Code     http2.ErrCode
	Reason   string
	StreamID uint32 // the stream whose frame it was; 0 if that says nothing
}

func (e *ConnectionError) Error() string {
	return fmt.Sprintf("h2: connection error %v: %s", e.Code, e.Reason)
}

// A StreamError concerns one stream. It goes to the peer as RST_STREAM and the
// connection lives on. RFC 9113, 5.4.2.
type StreamError struct {
	StreamID uint32
	Code     http2.ErrCode
	Reason   string
}

func (e *StreamError) Error() string {
	return fmt.Sprintf("h2: stream %d error %v: %s", e.StreamID, e.Code, e.Reason)
}

// A PeerError says that the peer gave a reason for leaving: its GOAWAY carried
// a code other than NO_ERROR.
type PeerError struct {
	Code  http2.ErrCode
	Debug string
}

func (e *PeerError) Error() string {
	return fmt.Sprintf("h2: peer left with GOAWAY %v: %q", e.Code, e.Debug)
}

var (
	// ErrNotHTTP2 means that the client began with something other than the
	// preface of HTTP/2; an HTTP/1.1 request, as a rule.
	ErrNotHTTP2 = errors.New("h2: client does not speak HTTP/2")
	// ErrPrefaceTimeout means that the preface or the first SETTINGS frame did
	// not arrive within Config.PrefaceTimeout.
	ErrPrefaceTimeout = errors.New("h2: no preface and SETTINGS in time")
	// ErrIdle means that Config.IdleTimeout has passed.
	ErrIdle = errors.New("h2: connection was idle")
)

// errDrained is how the reader learns that a shutdown is complete, or that its
// grace is over. Serve returns nil for it.
var errDrained = errors.New("h2: shut down")

func connError(code http2.ErrCode, reason string) error {
	return &ConnectionError{Code: code, Reason: reason}
}

// connErrorOn is connError for what a frame on the stream id has done.
func connErrorOn(id uint32, code http2.ErrCode, reason string) error {
	return &ConnectionError{Code: code, Reason: reason, StreamID: id}
}

func streamError(id uint32, code http2.ErrCode, reason string) error {
	return &StreamError{StreamID: id, Code: code, Reason: reason}
}
