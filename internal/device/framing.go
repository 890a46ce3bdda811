package device

import (
	"bytes"
	"fmt"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A frameReader is a [courier.Reader] or a [courier.PackReader].
type frameReader interface {
	Next() (courier.Frame, error)
	Buffered() bool
	Release()
}

// frame chooses the framing by the protocol that TLS agreed on.
func (s *session) frame(protocol string) {
	if protocol != courier.ALPNPack {
		s.reader = courier.NewReader(s.conn, courier.ReaderOptions{})
		return
	}
	s.reader = courier.NewPackReader(s.conn, courier.ReaderOptions{})
	s.packer = courier.NewPacker()
}

// plainHead is the length of command and length in front of a plain frame.
const plainHead = 5

// frameLocked gives plain frames as they go over the wire. Inside the device frames are
// plain: they wait, are dropped or overtake each other, which packed ones must not once
// they are made.
func (s *session) frameLocked(plain []byte) ([]byte, error) {
	if s.packer == nil {
		return plain, nil
	}
	var framed []byte
	reader := courier.NewReader(bytes.NewReader(plain), courier.ReaderOptions{MaxFrame: len(plain)})
	for left := len(plain); left > 0; {
		frame, err := reader.Next()
		if err != nil {
			return nil, fmt.Errorf("frame what is sent: %w", err)
		}
		left -= plainHead + len(frame.Payload)
		m, err := courier.ParseFromDevice(frame)
		if err != nil {
			return nil, fmt.Errorf("pack what is sent: %w", err)
		}
		framed = s.packer.Append(framed, m)
	}
	return framed, nil
}
