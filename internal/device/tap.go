package device

import (
	"bytes"
	"fmt"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A WireFrame is one frame on its way between device and courier.
type WireFrame struct {
	From courier.Direction
	// Raw is the frame in the bytes of the connection.
	Raw []byte
	// Plain is the same frame in plain framing.
	Plain courier.Frame
}

// next reads the next frame of the courier.
func (s *session) next() (courier.Frame, error) {
	frame, err := s.reader.Next()
	if err == nil && s.d.cfg.Tap != nil {
		raw := frame.Append(nil)
		s.d.tap(courier.FromServer, raw, courier.Frame{Command: frame.Command, Payload: raw[len(raw)-len(frame.Payload):]})
	}
	return frame, err
}

// tapSent shows the frames in b, which are about to be sent.
func (s *session) tapSent(b []byte) error {
	if s.d.cfg.Tap == nil {
		return nil
	}
	reader := courier.NewReader(bytes.NewReader(b), courier.ReaderOptions{})
	for len(b) > 0 {
		frame, err := reader.Next()
		if err != nil {
			return fmt.Errorf("device: show what is sent: %w", err)
		}
		raw := frame.Append(nil)
		b = b[len(raw):]
		s.d.tap(courier.FromDevice, raw, courier.Frame{Command: frame.Command, Payload: raw[len(raw)-len(frame.Payload):]})
	}
	return nil
}

func (d *Device) tap(from courier.Direction, raw []byte, plain courier.Frame) {
	d.telling.Lock()
	defer d.telling.Unlock()
	d.cfg.Tap(WireFrame{from, raw, plain})
}
