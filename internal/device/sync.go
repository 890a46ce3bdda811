package device

import (
	"context"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// syncs counts, for one connection, what [Device.Sync] has asked for. [Device.mu]
// guards it.
type syncs struct {
	wanted, sent, answered int
}

// Sync waits until the courier has taken notice of what the device had to tell: its
// apps, its channels, its power. A device that is not connected has nobody to tell,
// and does so at the next login; Sync returns at once.
//
// It sends a flush that wants a response: a courier looks at one frame after the other.
func (d *Device) Sync(ctx context.Context) error {
	d.mu.Lock()
	s := d.session
	if s == nil {
		d.mu.Unlock()
		return nil
	}
	s.syncs.wanted++
	number := s.syncs.wanted
	d.mu.Unlock()
	s.request(sendSync)
	return d.waitFor(ctx, func() (bool, error) { return s.syncs.answered >= number || d.session != s, nil })
}

// sendSyncs sends what there is to tell, and then the flushes.
func (s *session) sendSyncs() error {
	frames := s.appendPowers(nil)
	if err := s.sendApps(frames); err != nil {
		return err
	}
	d := s.d
	d.mu.Lock()
	missing := s.syncs.wanted - s.syncs.sent
	s.syncs.sent = s.syncs.wanted
	d.mu.Unlock()
	frames = nil
	for range missing {
		frames = (&courier.Flush{Wanted: 1}).Append(frames)
	}
	return s.write(frames)
}

// flushed takes the response to a flush.
func (s *session) flushed(*courier.FlushResponse) error {
	d := s.d
	d.mu.Lock()
	defer d.mu.Unlock()
	s.syncs.answered++
	d.changedLocked()
	return nil
}
