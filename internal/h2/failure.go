package h2

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A FailureKind says what the peer sees of a [Failure].
type FailureKind uint8

const (
	// StreamReset is a request that was answered with RST_STREAM because it
	// breaks a rule of HTTP/2, or was not finished in time.
	StreamReset FailureKind = iota + 1
	// StreamRefused is a request above the limit of concurrent streams, or after
	// GoAwayRefuse. It was answered with RST_STREAM and REFUSED_STREAM; the client may
	// send it again.
	StreamRefused
	// HeadersTooLarge is a request that was answered with status 431.
	HeadersTooLarge
	// RequestIncomplete is a request that the peer had not finished when the
	// connection ended, or when it reset the stream.
	RequestIncomplete
	// ConnectionEnded is a connection that ended with GOAWAY because the peer
	// broke a rule of HTTP/2, or without one because no preface came within the timeout.
	ConnectionEnded
	// PeerEnded is a connection that the peer ended with an error code in its GOAWAY.
	PeerEnded
	// NotHTTP2 is a connection of a client that does not speak HTTP/2, such as
	// one of HTTP/1.1, whose first request is in the Failure if it could be read.
	NotHTTP2
)

// A Failure is a request or a connection that failed before a request reached the
// [Handler].
type Failure struct {
	Kind FailureKind
	// Stream is the stream concerned; 0 for none.
	Stream uint32
	// Code is that of our RST_STREAM or GOAWAY, or of the peer's if
	// Kind is PeerEnded or RequestIncomplete.
	Code http2.ErrCode
	// Reason is which rule was broken, in words.
	Reason string
	// Field is the field that broke it; its name is empty if none did.
	Field hpack.HeaderField
	// Served says that the request was complete before, and is known to the Handler.
	Served bool

	// The request, as far as it was read: nothing that came after Field, nor
	// beyond MAX_HEADER_LIST_SIZE.
	Method, Path, Authority string
	Fields                  []hpack.HeaderField
	Body                    []byte
}

// report passes a failure to [Config.OnFailure], with the request of the stream if it
// is open or its header block is the current one.
func (c *Conn) report(f Failure) {
	if c.cfg.OnFailure == nil {
		return
	}
	c.mu.Lock()
	if s := c.streams[f.Stream]; s != nil {
		f.requestOf(s)
	} else if f.Stream != 0 && f.Stream == c.block.id && c.block.kind == blockRequest {
		f.requestOf(c.next)
	}
	c.mu.Unlock()
	if f.Stream != 0 && f.Stream == c.block.id {
		f.Field = c.block.badField
	}
	c.cfg.OnFailure(c, &f)
}

// requestOf copies the request of a stream, since the stream may end at any time.
func (f *Failure) requestOf(s *Stream) {
	f.Served = s.served
	f.Method, f.Path, f.Authority = s.Method, s.Path, s.Authority
	f.Fields = slices.Concat(s.Fields)
	f.Body = slices.Concat(s.Body)
}

// reportEnd reports the error that ended the reader, if it is a failure.
func (c *Conn) reportEnd(cause error) {
	var ce *ConnectionError
	var broken *net.OpError
	switch {
	case c.cfg.OnFailure == nil:
		return
	case errors.As(cause, &ce):
		c.report(Failure{Kind: ConnectionEnded, Stream: ce.StreamID, Code: ce.Code, Reason: ce.Reason})
		c.reportIncomplete(ce.Code, ce.StreamID, incompleteReason)
	case errors.Is(cause, ErrPrefaceTimeout):
		c.report(Failure{Kind: ConnectionEnded, Reason: "no preface and SETTINGS within the preface timeout"})
	case c.peerError != nil:
		c.report(Failure{Kind: PeerEnded, Code: c.peerError.Code, Reason: c.peerError.Debug})
		c.reportIncomplete(c.peerError.Code, 0, incompleteReason)
	case errors.Is(cause, io.ErrUnexpectedEOF):
		c.reportIncomplete(http2.ErrCodeNo, 0, incompleteReason)
	case errors.As(cause, &broken) && !errors.Is(cause, net.ErrClosed): // else we have closed it
		c.reportIncomplete(http2.ErrCodeNo, 0, incompleteReason+": "+broken.Err.Error())
	}
}

// incompleteReason is the reason of requests that were incomplete when the connection
// ended.
const incompleteReason = "the connection ended before the request was complete"

// reportIncomplete reports the requests that were incomplete when the connection
// ended, except for the one of stream reported.
func (c *Conn) reportIncomplete(code http2.ErrCode, reported uint32, reason string) {
	var cut []uint32
	c.mu.Lock()
	for id, s := range c.streams {
		if !s.served && id != reported {
			cut = append(cut, id)
		}
	}
	c.mu.Unlock()
	if b := &c.block; b.open && b.kind == blockRequest && b.id != reported {
		cut = append(cut, b.id)
	}
	slices.Sort(cut)
	for _, id := range cut {
		c.report(Failure{Kind: RequestIncomplete, Stream: id, Code: code, Reason: reason})
	}
}

// notHTTP2 reports a client that began with something other than the preface: the
// octets of read, then those in the buffer.
func (c *Conn) notHTTP2(read string) error {
	if c.cfg.OnFailure == nil {
		return ErrNotHTTP2
	}
	more, _ := c.br.Peek(c.br.Buffered()) // only what is in the buffer
	f := Failure{Kind: NotHTTP2}
	f.readHTTP1(read + string(more))
	c.report(f)
	return ErrNotHTTP2
}

// maxShownOctets is how many octets of an unknown protocol are reported.
const maxShownOctets = 32

// readHTTP1 takes the request from the octets of an HTTP/1.1 client.
func (f *Failure) readHTTP1(octets string) {
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(octets)))
	if err != nil {
		f.Reason = fmt.Sprintf("the client does not speak HTTP/2: it began with %q", octets[:min(len(octets), maxShownOctets)])
		return
	}
	f.Reason = "the client speaks " + r.Proto + ", not HTTP/2"
	f.Method, f.Path, f.Authority = r.Method, r.RequestURI, r.Host
	for name, values := range r.Header {
		for _, value := range values {
			f.Fields = append(f.Fields, hpack.HeaderField{Name: strings.ToLower(name), Value: value})
		}
	}
	slices.SortStableFunc(f.Fields, func(a, b hpack.HeaderField) int { return strings.Compare(a.Name, b.Name) })
}
