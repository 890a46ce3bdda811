package devicetls

import (
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// send writes the pushes that the broker has for the device. One worker at a time calls it.
// It ends the session if a write fails.
func (s *session) send() {
	for {
		s.sending.Start()
		for more := true; more; {
			if s.ended() {
				return
			}
			var err error
			if more, err = s.sendBatch(); err != nil {
				s.end(writeEndReason(err))
				return
			}
		}
		if s.sending.Finish() {
			return
		}
	}
}

// scheduleSend has a worker call send. It does not block.
func (s *session) scheduleSend() {
	if s.sending.Request() {
		s.workers.Add(job{For: s, Do: (*session).send})
	}
}

// sendBatch takes a batch of pushes from the broker and sends it in one write. It reports
// whether there may be more.
func (s *session) sendBatch() (more bool, err error) {
	s.out.lock()
	defer s.out.unlock()
	if s.respondDelayedLocked() {
		return false, s.out.flushLocked()
	}
	s.sendDueLocked()
	for _, p := range s.presences {
		if p != nil && s.takeLocked(p) {
			more = true
		}
	}
	return more, s.out.flushLocked()
}

// takeLocked takes pushes for one presence. It reports whether there may be more.
func (s *session) takeLocked(p *presence) (more bool) {
	if p.suspended.Load() {
		return false
	}
	b := s.out.batchLocked()
	taken := p.consumer.Take(b.deliveries[:0])
	s.appendPushesLocked(b, p, taken)
	if len(taken) == len(b.deliveries) {
		return true
	}
	s.appendDeletedChannelsLocked(b, p)
	return false
}

// appendPushLocked adds the frame of one push.
func (s *session) appendPushLocked(b *batch, p *presence, d *broker.Delivery) {
	push := d.Push
	b.notification = courier.Notification{
		Token:        append(b.token[:0], push.Token...),
		Topic:        push.Hash[:],
		Payload:      push.Payload,
		ID:           messageID(p.slot, p.idOffset, d.ID),
		Expiry:       d.Expiry,
		Timestamp:    d.Timestamp,
		StorageFlags: d.Storage,
		Priority:     uint8(push.Priority),
	}
	if d.Salted != nil {
		b.notification.Topic = d.Salted
	}
	if !push.Base {
		b.notification.BaseToken = p.token
	}
	if push.Unreported { // ask whether the app is really gone (observed: apsd, which answers with status 11)
		b.notification.Flags = courier.FlagValidityCheck
	}
	if d.Channel != "" {
		b.fromChannel(d)
		b.notification.Token = p.token
	}
	if s.server.cfg.SendTracingID {
		b.setTracingID(push.ID)
	}
	s.appendLocked(b, &b.notification)
}

// fromChannel sets the channel that a broadcast comes from. The notification carries the
// base token, since a broadcast is not sent to a device token.
//
// observed: apsd
func (b *batch) fromChannel(d *broker.Delivery) {
	b.origin.Channel = append(b.origin.Channel[:0], d.Channel...)
	b.origin.Checkpoint = d.Checkpoint
	b.originBytes = b.origin.Append(b.originBytes[:0])
	b.notification.Origin = b.originBytes
}
