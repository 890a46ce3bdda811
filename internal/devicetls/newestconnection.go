package devicetls

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
)

const (
	// ackWait is how long an older connection may take to acknowledge all that it
	// was sent, before a newer one replaces it.
	ackWait = 200 * time.Millisecond
	// ackPause is how long it may acknowledge nothing meanwhile. One whose network
	// is gone costs its successor no more.
	ackPause = 20 * time.Millisecond
	// ackStep is how often it is looked at.
	ackStep = time.Millisecond
)

// waitForAcks has the connection that a login replaces read the acknowledgements that
// are under way to it, as long as they come. Otherwise pushes that the device has
// acknowledged would be sent again, or dropped where a newer one takes their place in
// storage. Nothing more is sent there until resume is called, after the replacement.
func (s *session) waitForAcks(to broker.Address) (resume func()) {
	peer, left := s.server.cfg.Broker.InFlight(to)
	older, ok := peer.(*presence)
	if !ok || left == 0 || older.session == s {
		return func() {}
	}
	older.suspended.Store(true)
	start := time.Now()
	for progress := start; left > 0 && !s.ended(); {
		s.pause(ackStep)
		now := time.Now()
		before := left
		if peer, left = s.server.cfg.Broker.InFlight(to); peer != older {
			break // gone by itself
		}
		if left < before {
			progress = now
		}
		if now.Sub(progress) >= ackPause || now.Sub(start) >= ackWait {
			break
		}
	}
	return func() {
		older.suspended.Store(false)
		older.session.scheduleSend() // if it was not replaced after all
	}
}
