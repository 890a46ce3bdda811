package devicetls

import (
	"cmp"
	"fmt"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A presence is one user of a device on a connection: its base token and its consumer in the
// broker. It implements [broker.Connection].
type presence struct {
	session   *session
	address   tokenvault.Address
	token     []byte // the base token, as the device knows it
	version   uint16 // protocol version announced in Connect; 0 if none
	slot      int
	redirects uint16 // how often the device says it was redirected
	idOffset  uint32 // see messageid.go
	consumer  *broker.Consumer

	// Owned by the reader.
	salt salt

	// Guarded by the output. The subscribed channels, and the topic by which the
	// device names the app of each.
	channels map[subscription]string

	last      atomic.Uint32 // the consumer's latest delivery ID
	replaced  atomic.Bool
	suspended atomic.Bool // it is sent no pushes, because a newer connection is about to replace it
}

// Wake implements [broker.Connection].
func (p *presence) Wake() { p.session.scheduleSend() }

// Overdue implements [broker.Connection]. Unacknowledged pushes are sent again on the next
// connection.
func (p *presence) Overdue() { p.session.end(&endError{Reason: EndUnacknowledged}) }

// attachLocked attaches p to the broker. A presence of the same address on this connection
// ends.
func (s *session) attachLocked(p *presence) {
	if s.presences[p.slot] != nil {
		s.detachLocked(p.slot, EndReconnected)
	}
	p.idOffset = s.usedIDs[p.slot]
	s.record(journal.Connected, "", p.String()) // before the older connection records its end
	p.consumer = s.server.cfg.Broker.Attach(broker.Address(p.address), p)
	s.active.apply(p.consumer)
	s.presences[p.slot] = p
}

// detachLocked ends the presence in a slot.
func (s *session) detachLocked(slot int, how EndReason) {
	p := s.presences[slot]
	p.consumer.Detach()
	s.presences[slot] = nil
	s.usedIDs[slot] = p.idOffset + p.last.Load()
	s.record(journal.Disconnected, how, p.String())
}

func (s *session) record(kind journal.Kind, cause EndReason, detail string) {
	spaces := s.server.cfg.Spaces
	s.server.cfg.Journal.Record(journal.Event{
		At: cmp.Or(spaces.Clock(spaces.ForDevice(s.id())), s.server.cfg.Clock).Now(), Kind: kind, Device: s.id(), Cause: string(cause), Detail: detail,
	})
}

// String describes the user of the device for the journal.
func (p *presence) String() string {
	text := fmt.Sprintf("user %d, %v", p.address.User, p.address.Environment)
	if p.redirects > 0 {
		text += fmt.Sprintf(", after redirections: %d", p.redirects)
	}
	return text
}

// id is the ID of the device, zero before the login.
func (s *session) id() apns.DeviceID { return idOf(s.device) }

// idOf is the ID of a device, zero for nil.
func idOf(device *pki.DeviceIdentity) apns.DeviceID {
	if device == nil {
		return apns.DeviceID{}
	}
	return device.ID
}

// offline ends the presence of a token; others stay. There is no response.
//
// observed: apsd
func (s *session) offline(token []byte) {
	s.out.lock()
	defer s.out.unlock()
	if p := s.presenceFor(token); p != nil {
		s.detachLocked(p.slot, EndOffline)
	}
}

// presenceFor returns the presence of a base token, nil if there is none. The token may be in
// an older form, from before a rotation of the device-token keys. With a single presence it may be
// empty.
func (s *session) presenceFor(token []byte) *presence {
	for _, p := range s.presences {
		if p != nil && string(p.token) == string(token) {
			return p
		}
	}
	if len(token) == 0 {
		return s.onlyPresence()
	}
	claims, err := s.server.cfg.Vault.Decrypt(token)
	if err != nil || !claims.Base || !claims.Retired.IsZero() {
		return nil
	}
	return s.presenceAt(claims.Address)
}

// presenceAt returns the presence of an address, nil if there is none.
func (s *session) presenceAt(a tokenvault.Address) *presence {
	for _, p := range s.presences {
		if p != nil && p.address == a {
			return p
		}
	}
	return nil
}

// onlyPresence returns the presence if there is exactly one.
func (s *session) onlyPresence() (only *presence) {
	for _, p := range s.presences {
		switch {
		case p == nil:
		case only != nil:
			return nil
		default:
			only = p
		}
	}
	return only
}
