package device

import (
	"bytes"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A TappedFrame is one frame on its way between device and courier.
type TappedFrame struct {
	From courier.Direction
	// Raw is the frame in the bytes of the connection.
	Raw []byte
	// Plain is the same frame in plain framing.
	Plain courier.Frame
}

// next reads the next frame of the courier.
func (s *session) next() (courier.Frame, error) {
	frame, err := s.reader.Next()
	if err != nil || s.d.cfg.Tap == nil {
		return frame, err
	}
	if packed, ok := s.reader.(*courier.PackReader); ok {
		plain, err := plainFrame(frame)
		if err != nil {
			return frame, err
		}
		s.d.tap(courier.FromServer, bytes.Clone(packed.Raw()), plain)
		return frame, nil
	}
	raw := frame.Append(nil)
	s.d.tap(courier.FromServer, raw, courier.Frame{Command: frame.Command, Payload: raw[len(raw)-len(frame.Payload):]})
	return frame, nil
}

// tap shows a frame, if anybody looks on.
func (d *Device) tap(from courier.Direction, raw []byte, plain courier.Frame) {
	if d.cfg.Tap == nil {
		return
	}
	d.callbacks.Lock()
	defer d.callbacks.Unlock()
	d.cfg.Tap(TappedFrame{from, raw, plain})
}
