package devicetls

import (
	"io"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A framing is the encoding of messages on a connection, which the ALPN protocol selects. The
// reader uses it, except for Append.
type framing interface {
	// Next reads the next frame, which is valid until the call after it.
	Next() (courier.Frame, error)
	// Buffered reports whether Next would not have to wait.
	Buffered() bool
	// Begun reports whether part of the next frame has arrived, but not all of it.
	Begun() bool
	// Release frees what is not needed until the next frame arrives.
	Release()
	// Parse parses a frame into m.
	Parse(f courier.Frame, m courier.Message) error
	// Append appends the encoding of m to dst. It requires the output.
	Append(dst []byte, m courier.Message) []byte
}

// newFraming gives the framing of a protocol name.
func newFraming(protocol string, r io.Reader) framing {
	if protocol == courier.ALPNPack {
		return newPacked(r)
	}
	return newPlain(r)
}

// plain is the framing of apns-security-v2, of v3, and of no protocol name.
type plain struct{ *courier.Reader }

func newPlain(r io.Reader) plain { return plain{courier.NewReader(r, courier.ReaderOptions{})} }

func (plain) Parse(f courier.Frame, m courier.Message) error { return m.Parse(f.Payload) }

func (plain) Append(dst []byte, m courier.Message) []byte { return m.Append(dst) }
