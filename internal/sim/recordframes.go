package sim

import (
	"bytes"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
)

// A FrameRecording holds the frames of one device's connections for as long as it runs.
type FrameRecording struct {
	recording *devicetls.Recording
	stops     []func()
}

// RecordFrames records the frames of the connections of a device, in both environments,
// until [FrameRecording.Stop].
func (s *Simulator) RecordFrames(device apns.DeviceID) *FrameRecording {
	r := &FrameRecording{recording: devicetls.NewRecording()}
	for _, env := range apns.Environments() {
		r.stops = append(r.stops, s.couriers[env].Record(device, r.recording))
	}
	return r
}

// Stop ends the recording.
func (r *FrameRecording) Stop() {
	for _, stop := range r.stops {
		stop()
	}
}

// Added returns a channel that receives when there are frames to take.
func (r *FrameRecording) Added() <-chan struct{} { return r.recording.Added() }

// Take returns the frames since the last call, and how many more there were.
func (r *FrameRecording) Take() (frames []controlapi.Frame, missed int) {
	recorded, missed := r.recording.Take()
	frames = make([]controlapi.Frame, len(recorded))
	for i := range recorded {
		frames[i] = describeFrame(&recorded[i])
	}
	return frames, missed
}

// describeFrame puts a frame into words, which the session that recorded it did not do.
func describeFrame(r *devicetls.RecordedFrame) controlapi.Frame {
	d := controlapi.Frame{At: r.At.UTC(), Remote: r.Remote, EndReason: string(r.EndReason)}
	if r.EndReason != "" {
		return d
	}
	d.Bytes, d.From = len(r.Frame), "courier"
	parse := courier.ParseFromServer
	if r.From == courier.FromDevice {
		d.From, parse = "device", courier.ParseFromDevice
	}
	f, err := courier.NewReader(bytes.NewReader(r.Frame), courier.ReaderOptions{MaxFrame: len(r.Frame)}).Next()
	if err != nil { // cannot be: it was a frame when it was recorded
		d.Text = err.Error()
		return d
	}
	d.Command, d.Code = f.Command.String(), uint8(f.Command)
	items, err := courier.Annotate(f, r.From)
	for _, item := range items {
		d.Items = append(d.Items, controlapi.FrameItem{ID: item.ID, Name: item.Name, Text: item.Text})
	}
	if err != nil { // a device may send what is no message
		d.Text = err.Error()
		return d
	}
	m, err := parse(f)
	if err != nil {
		d.Text = err.Error()
		return d
	}
	d.Text = m.String()
	return d
}
