package devicetls

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
)

const (
	// settleTime is how long an older connection may take to acknowledge all that it
	// was sent, before a newer one replaces it.
	settleTime = 200 * time.Millisecond
	// settlePause is how long it may acknowledge nothing meanwhile. One whose network
	// is gone costs its successor no more.
	settlePause = 20 * time.Millisecond
	// settleStep is how often it is looked at.
	settleStep = time.Millisecond
)

// settleFormer has the connection that a login replaces read the acknowledgements that
// are under way to it, as long as they come. Otherwise pushes that the device has
// acknowledged would be sent again, or dropped where a newer one takes their place in
// storage. Nothing more is sent there until resume is called, after the replacement.
func (s *session) settleFormer(to broker.Address) (resume func()) {
	peer, left := s.server.cfg.Broker.InFlight(to)
	former, ok := peer.(*presence)
	if !ok || left == 0 || former.session == s {
		return func() {}
	}
	former.quiet.Store(true)
	start := time.Now()
	for progress := start; left > 0 && !s.ended(); {
		s.pause(settleStep)
		now := time.Now()
		before := left
		if peer, left = s.server.cfg.Broker.InFlight(to); peer != former {
			break // gone by itself
		}
		if left < before {
			progress = now
		}
		if now.Sub(progress) >= settlePause || now.Sub(start) >= settleTime {
			break
		}
	}
	return func() {
		former.quiet.Store(false)
		former.session.sendSoon() // if it was not replaced after all
	}
}
