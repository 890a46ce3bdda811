package devicetls

import (
	"cmp"
	"fmt"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A presence is one user of a device on a connection: its base token and its
// route in the broker. It is the broker's peer.
type presence struct {
	session   *session
	address   tokenvault.Address
	token     []byte // the base token, as the device knows it
	version   uint16 // protocol version announced in Connect; 0 if none
	slot      int
	redirects uint16 // how often the device says it was sent elsewhere
	base      uint32 // see messageid.go
	route     *broker.Route

	// Owned by readLoop.
	salt salt

	// Held by whoever writes. The channels subscribed to, and the topic by which
	// the device calls the app of each.
	channels map[subscription]string

	last      atomic.Uint32 // the route's newest id
	replaced  atomic.Bool
	suspended atomic.Bool // it is sent nothing, because it is about to be replaced
}

// Wake implements [broker.Peer].
func (p *presence) Wake() { p.session.scheduleSend() }

// Replaced implements [broker.Peer]. The newest connection wins; the older one
// is closed cleanly.
func (p *presence) Replaced() {
	p.replaced.Store(true)
	p.session.end(&endError{Ending: EndReplaced})
}

// Overdue implements [broker.Peer]. What the device has not acknowledged is sent
// again when it comes back.
func (p *presence) Overdue() { p.session.end(&endError{Ending: EndUnacknowledged}) }

// attachLocked makes p present. A presence of the same address on this
// connection ends.
func (s *session) attachLocked(p *presence) {
	if s.presences[p.slot] != nil {
		s.detachLocked(p.slot, EndReconnected)
	}
	p.base = s.bases[p.slot]
	s.record(journal.Connected, "", p.String()) // before an older connection learns of it and goes
	p.route = s.server.cfg.Broker.Attach(broker.Address(p.address), p)
	s.active.apply(p.route)
	s.presences[p.slot] = p
}

// detachLocked ends the presence in a slot.
func (s *session) detachLocked(slot int, how Ending) {
	p := s.presences[slot]
	p.route.Detach()
	s.presences[slot] = nil
	s.bases[slot] = p.base + p.last.Load()
	s.record(journal.Disconnected, how, p.String())
}

func (s *session) record(kind journal.Kind, cause Ending, detail string) {
	spaces := s.server.cfg.Spaces
	s.server.cfg.Journal.Record(journal.Event{
		At: cmp.Or(spaces.Clock(spaces.ForDevice(s.id())), s.server.cfg.Clock).Now(), Kind: kind, Device: s.id(), Cause: string(cause), Detail: detail,
	})
}

// String tells which user of the device it is, and how it came here.
func (p *presence) String() string {
	text := fmt.Sprintf("user %d, %v", p.address.User, p.address.Environment)
	if p.redirects > 0 {
		text += fmt.Sprintf(", after redirections: %d", p.redirects)
	}
	return text
}

// id is the device's name, once it is known.
func (s *session) id() apns.DeviceID { return idOf(s.device) }

// idOf is the name of a device, zero if it is not known.
func idOf(device *pki.DeviceIdentity) apns.DeviceID {
	if device == nil {
		return apns.DeviceID{}
	}
	return device.ID
}

// offline ends the presence that a token names; other presences stay. There is
// no answer.
//
// observed: apsd
func (s *session) offline(token []byte) {
	s.out.lock()
	defer s.out.unlock()
	if p := s.presenceFor(token); p != nil {
		s.detachLocked(p.slot, EndOffline)
	}
}

// appendReplacedLocked tells the device which of its tokens are present elsewhere
// now. Clients with a strict parser expect every 0x07 to have the fields of a
// Connect, so only devices that are known to understand are told, and those only
// if the configuration says so.
func (s *session) appendReplacedLocked() {
	if !s.server.cfg.NoticeReplaced {
		return
	}
	for _, p := range s.presences {
		if p == nil || !p.replaced.Load() || p.version < courier.ProtocolVersion {
			continue
		}
		b := s.out.batchLocked()
		b.frames = s.framing.Append(b.frames, &courier.Presence{Token: p.token, State: courier.StateOffline})
	}
}
