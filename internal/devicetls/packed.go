package devicetls

import (
	"io"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// packed is the framing of apns-pack-v1. Append changes the table of the encoder, and so of
// the device's decoder: everything appended must be sent, in order, or the connection must
// end. An output ensures this; it drops frames only if a write fails.
type packed struct {
	*courier.PackReader
	packer *courier.Packer
}

func newPacked(r io.Reader) packed {
	return packed{courier.NewPackReader(r, courier.ReaderOptions{}), courier.NewPacker()}
}

func (packed) Parse(f courier.Frame, m courier.Message) error { return f.Parse(m) }

// Append replaces the status for a message that arrived too early by the one for a busy
// courier: in packed frames devices read the status as a signed byte, which cannot hold the
// former. After either the device sends the message again.
//
// observed: apsd
func (p packed) Append(dst []byte, m courier.Message) []byte {
	if ack, ok := m.(*courier.DeviceMessageAck); ok && ack.Status == courier.DeviceMessageTooEarly {
		busy := *ack
		busy.Status = courier.DeviceMessageBusy
		m = &busy
	}
	return p.packer.Append(dst, m)
}
