package devicetls

import (
	"encoding/hex"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// sendLoop writes pushes whenever the broker has some. It ends the session if
// the device cannot be written to.
func (s *session) sendLoop() {
	for {
		select {
		case <-s.done:
			return
		case <-s.wake:
		}
		for more := true; more; {
			var err error
			if more, err = s.sendBatch(); err != nil {
				s.end(writeEnding(err))
				return
			}
		}
	}
}

// sendBatch takes what the broker gives at a time and writes it in one piece. It
// reports whether there may be more.
func (s *session) sendBatch() (more bool, err error) {
	s.out.lock()
	defer s.out.unlock()
	for _, p := range s.presences {
		if p != nil && s.takeLocked(p) {
			more = true
		}
	}
	return more, s.out.flushLocked()
}

// takeLocked takes the pushes of one presence. It reports whether there may be
// more.
func (s *session) takeLocked(p *presence) (more bool) {
	b := s.out.batchLocked()
	taken := p.route.Take(b.deliveries[:0])
	for i := range taken {
		s.appendPushLocked(b, p, &taken[i])
	}
	return len(taken) == len(b.deliveries)
}

// appendPushLocked adds the frame of one push.
func (s *session) appendPushLocked(b *batch, p *presence, d *broker.Delivery) {
	p.last.Store(d.ID)
	s.lastStamp = max(s.lastStamp+1, d.Timestamp) // they rise on a connection, whatever the presence
	push := d.Push
	b.notification = courier.Notification{
		Token:        append(b.token[:0], push.Token...),
		Topic:        push.Hash[:],
		Payload:      push.Payload,
		ID:           wireID(p.slot, p.base, d.ID),
		Expiry:       d.Expiry,
		Timestamp:    s.lastStamp,
		StorageFlags: d.Storage,
		Priority:     uint8(push.Priority),
	}
	if !push.Base {
		b.notification.BaseToken = p.token
	}
	if s.server.cfg.SendTracingID && parseUUID(&b.tracing, push.ID) {
		b.notification.TracingID = b.tracing[:]
	}
	b.frames = s.framing.Append(b.frames, &b.notification)
}

// parseUUID reads the canonical form 8-4-4-4-12 of a UUID, which is the form of
// an apns-id. It reports false for any other.
func parseUUID(dst *[16]byte, s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	var digits [32]byte
	n := copy(digits[:], s[:8])
	n += copy(digits[n:], s[9:13])
	n += copy(digits[n:], s[14:18])
	n += copy(digits[n:], s[19:23])
	copy(digits[n:], s[24:])
	_, err := hex.Decode(dst[:], digits[:])
	return err == nil
}
