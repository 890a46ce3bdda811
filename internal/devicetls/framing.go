package devicetls

import (
	"io"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A framing is how messages look on one connection. The protocol negotiated in
// TLS chooses it. It is used by readLoop, except for Append.
type framing interface {
	// Next reads the next frame, which is valid until the call after it.
	Next() (courier.Frame, error)
	// Buffered reports whether Next would not have to wait.
	Buffered() bool
	// Begun reports whether a part of the next frame has come, but not all of it.
	Begun() bool
	// Release gives back what is not needed until the next frame comes.
	Release()
	// Parse reads what a frame says into m.
	Parse(f courier.Frame, m courier.Message) error
	// Append appends m to dst as it goes over the wire. It is called by whoever
	// holds the output.
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
