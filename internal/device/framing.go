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

// frameLocked gives plain frames as they go over the wire. Inside the device frames are
// plain: they wait, are dropped or overtake each other, which packed ones must not once
// they are made.
func (s *session) frameLocked(plain []byte) ([]byte, error) {
	if s.packer == nil && s.d.cfg.Tap == nil {
		return plain, nil
	}
	var framed []byte
	reader := courier.NewReader(bytes.NewReader(plain), courier.ReaderOptions{MaxFrame: len(plain)})
	for left := len(plain); left > 0; {
		frame, err := reader.Next()
		if err != nil {
			return nil, fmt.Errorf("device: frame what is sent: %w", err)
		}
		raw := frame.Append(nil)
		left -= len(raw)
		frame.Payload = raw[len(raw)-len(frame.Payload):] // outlives the reader's next call
		if s.packer != nil {
			m, err := courier.ParseFromDevice(frame)
			if err != nil {
				return nil, fmt.Errorf("device: pack what is sent: %w", err)
			}
			raw = s.packer.Append(nil, m)
		}
		s.d.tap(courier.FromDevice, raw, frame)
		framed = append(framed, raw...)
	}
	return framed, nil
}

// plainFrame gives a packed frame of the courier as a plain one, for who looks on.
func plainFrame(f courier.Frame) (courier.Frame, error) {
	b := f.Append(nil)
	m, err := courier.ParseFromServer(f)
	if err != nil {
		return courier.Frame{}, err
	}
	if _, unknown := m.(*courier.Unknown); !unknown {
		b = m.Append(nil)
	}
	return courier.NewReader(bytes.NewReader(b), courier.ReaderOptions{MaxFrame: len(b)}).Next()
}
