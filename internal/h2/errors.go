package h2

import (
	"errors"
	"fmt"

	"golang.org/x/net/http2"
)

// A ConnectionError is a violation that ends the connection. It is sent as GOAWAY with
// the reason as debug data, in plain text, as APNs does (observed: node-apn/node-apn#727).
// https://www.rfc-editor.org/rfc/rfc9113#section-5.4.1
type ConnectionError struct {
	Code     http2.ErrCode
	Reason   string
	StreamID uint32 // the stream whose frame it was; 0 if that says nothing
}

func (e *ConnectionError) Error() string {
	return fmt.Sprintf("connection error %v: %s", e.Code, e.Reason)
}

// A StreamError ends one stream. It is sent as RST_STREAM, and the connection goes on.
// https://www.rfc-editor.org/rfc/rfc9113#section-5.4.2
type StreamError struct {
	StreamID uint32
	Code     http2.ErrCode
	Reason   string
}

func (e *StreamError) Error() string {
	return fmt.Sprintf("stream %d error %v: %s", e.StreamID, e.Code, e.Reason)
}

// A PeerError is a GOAWAY of the peer with a code other than NO_ERROR.
type PeerError struct {
	Code  http2.ErrCode
	Debug string
}

func (e *PeerError) Error() string {
	return fmt.Sprintf("peer sent GOAWAY %v: %q", e.Code, e.Debug)
}

var (
	// ErrNotHTTP2 means that the client began with something other than the
	// preface of HTTP/2; an HTTP/1.1 request, as a rule.
	ErrNotHTTP2 = errors.New("client does not speak HTTP/2")
	// ErrPrefaceTimeout means that the preface or the first SETTINGS frame did
	// not arrive within Config.PrefaceTimeout.
	ErrPrefaceTimeout = errors.New("no preface and SETTINGS within the preface timeout")
	// ErrIdle means that Config.IdleTimeout has passed.
	ErrIdle = errors.New("idle timeout")
)

// errDrained tells the reader that a shutdown is complete or its grace is over. Serve
// returns nil for it.
var errDrained = errors.New("shut down")

func connError(code http2.ErrCode, reason string) error {
	return &ConnectionError{Code: code, Reason: reason}
}

// connErrorOn is connError for a frame on stream id.
func connErrorOn(id uint32, code http2.ErrCode, reason string) error {
	return &ConnectionError{Code: code, Reason: reason, StreamID: id}
}

func streamError(id uint32, code http2.ErrCode, reason string) error {
	return &StreamError{StreamID: id, Code: code, Reason: reason}
}
