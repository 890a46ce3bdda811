package devicetls

import (
	"slices"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// Limits of a recording; the oldest frames are removed first.
const (
	maxRecorded      = 1000
	maxRecordedBytes = 1 << 20
)

// A Recording is the frames of the sessions of one device, from [Server.Record] on. It
// holds the newest that nobody has taken yet. Its zero value is not ready: [NewRecording].
type Recording struct {
	added chan struct{} // has room for one signal

	mu      sync.Mutex
	frames  []RecordedFrame
	size    int // of their bytes
	removed int // since the last Take
}

// A RecordedFrame is a frame of a session, or its end.
type RecordedFrame struct {
	At time.Time
	// Remote is the address of the device.
	Remote string
	// From is the side that sent the frame; 0 at the end of the session.
	From courier.Direction
	// Frame is in the plain framing, also if it was sent packed.
	Frame []byte
	// EndReason is how the session ended; "" for a frame.
	EndReason EndReason
}

// NewRecording returns a recording without frames.
func NewRecording() *Recording { return &Recording{added: make(chan struct{}, 1)} }

// Added returns a channel that receives when there are frames to take.
func (r *Recording) Added() <-chan struct{} { return r.added }

// Take returns the frames since the last call, and how many more there were.
func (r *Recording) Take() (frames []RecordedFrame, missed int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	frames, missed = r.frames, r.removed
	r.frames, r.size, r.removed = nil, 0, 0
	return frames, missed
}

func (r *Recording) add(f RecordedFrame) {
	r.mu.Lock()
	r.frames = append(r.frames, f)
	r.size += len(f.Frame)
	for len(r.frames) > maxRecorded || r.size > maxRecordedBytes && len(r.frames) > 1 {
		r.size -= len(r.frames[0].Frame)
		r.frames[0] = RecordedFrame{}
		r.frames = r.frames[1:]
		r.removed++
	}
	r.mu.Unlock()
	select {
	case r.added <- struct{}{}:
	default: // there is a signal already
	}
}

// Record adds the frames of the sessions of a device to a recording, until stop is called.
// It includes sessions that begin meanwhile, from their first accepted Connect on. While no
// recording is made of a device, a frame costs one atomic load.
func (s *Server) Record(device apns.DeviceID, r *Recording) (stop func()) {
	d := &s.directory
	d.record(device, func(list []*Recording) []*Recording { return append(list, r) })
	return func() {
		d.record(device, func(list []*Recording) []*Recording {
			return slices.DeleteFunc(list, func(other *Recording) bool { return other == r })
		})
	}
}

// record changes the recordings of a device.
func (d *directory) record(device apns.DeviceID, change func([]*Recording) []*Recording) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := change(d.recordings[device])
	switch {
	case len(list) == 0:
		delete(d.recordings, device)
	case d.recordings == nil:
		d.recordings = map[apns.DeviceID][]*Recording{device: list}
	default:
		d.recordings[device] = list
	}
	for _, s := range d.devices[device] {
		s.recorded.Store(len(list) > 0)
	}
}

// addToRecordings adds a frame to the recordings of a device.
func (d *directory) addToRecordings(device apns.DeviceID, f RecordedFrame) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.recordings[device] {
		r.add(f)
	}
}

// recordReceived records a frame that the device has sent.
func (s *session) recordReceived(f courier.Frame) {
	if s.recorded.Load() {
		s.recordFrame(RecordedFrame{From: courier.FromDevice, Frame: f.Append(nil)})
	}
}

// recordConnect records the Connect that has told which device it is.
func (s *session) recordConnect(m *courier.Connect) {
	if s.recorded.Load() {
		s.recordFrame(RecordedFrame{From: courier.FromDevice, Frame: m.Append(nil)})
	}
}

// recordSent records a message that is added to the output.
func (s *session) recordSent(m courier.Message) {
	if s.recorded.Load() {
		s.recordFrame(RecordedFrame{From: courier.FromServer, Frame: m.Append(nil)})
	}
}

// recordEnd records the end of the session.
func (s *session) recordEnd(end *endError) {
	if s.recorded.Load() {
		s.recordFrame(RecordedFrame{EndReason: end.Reason})
	}
}

func (s *session) recordFrame(f RecordedFrame) {
	f.At, f.Remote = time.Now(), s.conn.raw.RemoteAddr().String()
	s.server.directory.addToRecordings(s.device.ID, f)
}
