package devicetls

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

const (
	// ackWait is how long a login waits for acknowledgements on the connection that it
	// replaces.
	ackWait = 200 * time.Millisecond
	// ackPause is how long it waits without any acknowledgement. An older connection
	// that lost its network delays the login no longer.
	ackPause = 20 * time.Millisecond
	// ackStep is how often it looks.
	ackStep = time.Millisecond
)

// The newest connection wins: when a user of a device logs in, the older connection with
// the same base token is closed. Apple documents nothing about this: see "The newest
// connection of a user wins" in docs/fidelity.md.

// waitForAcks waits until the connection that a login replaces has read the
// acknowledgements on their way to it. Otherwise pushes that the device has acknowledged
// would be sent again, or dropped where storage keeps only the newest. No push is sent to
// the older connection until resume is called, after the replacement.
func (s *session) waitForAcks(to broker.Address) (resume func()) {
	connection, left := s.server.cfg.Broker.InFlight(to)
	older, ok := connection.(*presence)
	if !ok || left == 0 || older.session == s {
		return func() {}
	}
	older.suspended.Store(true)
	start := time.Now()
	for progress := start; left > 0 && !s.ended(); {
		s.pause(ackStep)
		now := time.Now()
		before := left
		if connection, left = s.server.cfg.Broker.InFlight(to); connection != older {
			break // it has ended by itself
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
		older.session.scheduleSend() // if it was not replaced
	}
}

// Replaced implements [broker.Connection]. The older connection is closed cleanly.
func (p *presence) Replaced() {
	p.replaced.Store(true)
	p.session.end(&endError{Reason: EndReplaced})
}

// appendReplacedLocked notifies the device of its base tokens that are online on a newer
// connection. Clients with a strict parser expect every 0x07 to have the fields of a
// Connect, so only devices of the current protocol version are notified, and only if the
// configuration says so.
func (s *session) appendReplacedLocked() {
	if !s.server.cfg.NoticeReplaced {
		return
	}
	for _, p := range s.presences {
		if p == nil || !p.replaced.Load() || p.version < courier.ProtocolVersion {
			continue
		}
		b := s.out.batchLocked()
		s.appendLocked(b, &courier.Presence{Token: p.token, State: courier.StateOffline})
	}
}
