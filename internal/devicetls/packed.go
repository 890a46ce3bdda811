package devicetls

import (
	"io"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// packed is the framing of apns-pack-v1. What Append has written changed the table of
// the device's decoder, too: it goes out, in the order of the calls, or the
// connection ends. An output does that; it drops frames when a write fails alone.
type packed struct {
	*courier.PackReader
	packer *courier.Packer
}

func newPacked(r io.Reader) packed {
	return packed{courier.NewPackReader(r, courier.ReaderOptions{}), courier.NewPacker()}
}

func (packed) Parse(f courier.Frame, m courier.Message) error { return f.Parse(m) }

// Append says that the courier is busy where it would say that a message comes too
// early: devices read the status as a signed byte, which does not hold the latter, and
// send such a message again after either.
//
// observed: apsd
func (p packed) Append(dst []byte, m courier.Message) []byte {
	if ack, ok := m.(*courier.UploadAck); ok && ack.Status == courier.UploadTooEarly {
		busy := *ack
		busy.Status = courier.UploadBusy
		m = &busy
	}
	return p.packer.Append(dst, m)
}
