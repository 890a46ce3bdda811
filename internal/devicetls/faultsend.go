package devicetls

import (
	"iter"
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// reorderTime is how long a push waits for the one that is sent before it.
const reorderTime = time.Second

// A detour is what faults keep back of the pushes of a session. All of it is on
// its way, as the broker sees it: when the connection ends, the broker sends it on
// the next one.
type detour struct {
	line   []passage // one after the other, each no sooner than its time
	behind []passage // go after the next one that is sent, the newest first
	by     time.Time // when those behind go although none was sent
}

// A passage is a push that faults have done something to.
type passage struct {
	presence *presence
	delivery broker.Delivery
	copies   int
	due      time.Time // it is not sent before
}

// passLocked adds the frames of pushes, with what faults do to them.
func (s *session) passLocked(b *batch, p *presence, taken []broker.Delivery) {
	if len(taken) == 0 {
		return
	}
	p.last.Store(taken[len(taken)-1].ID)
	if s.twist == nil && !s.server.cfg.Faults.Any(fault.AtDelivery) {
		for i := range taken {
			s.appendPushLocked(b, p, &taken[i])
		}
		return
	}
	for i := range taken {
		if s.ended() { // by a fault, perhaps; the broker has what is left
			return
		}
		s.misdeliverLocked(b, p, &taken[i])
	}
}

// misdeliverLocked does to a push what faults say.
func (s *session) misdeliverLocked(b *batch, p *presence, d *broker.Delivery) {
	x := passage{presence: p, delivery: *d, copies: 1}
	reorder := false
	for hit := range s.hitPush(d) {
		s.noteFault(&hit, journal.Event{Push: d.Push.Notification, Track: d.Push.Track, Device: s.id()})
		switch hit.Action.Do {
		case fault.Drop:
			p.route.Lose(d.ID)
			return
		case fault.Disconnect:
			s.end(&endError{Ending: EndFault})
			return
		case fault.Duplicate:
			x.copies += hit.Action.CopyCount() - 1
		case fault.SlowPush:
			x.due = latest(x.due, time.Now()).Add(hit.Delay)
		case fault.Reorder:
			reorder = true
		}
	}
	if reorder {
		s.stayBehindLocked(&x)
		return
	}
	s.sendOnLocked(b, &x)
}

// hitPush yields the faults of a push.
func (s *session) hitPush(d *broker.Delivery) iter.Seq[fault.Hit] {
	if !s.server.cfg.Faults.Any(fault.AtDelivery) {
		return func(func(fault.Hit) bool) {}
	}
	n := d.Push.Notification
	return s.server.cfg.Faults.Hits(fault.AtDelivery, s.describe(&fault.Subject{Subject: filters.Subject{
		Space: n.TeamID, Environment: s.environment, Topic: n.Topic, Token: n.Token, Device: s.id(), Channel: n.Channel,
		PushType: n.PushType, Priority: n.Priority, CollapseID: n.CollapseID, ID: n.ID, UniqueID: n.UniqueID, Payload: n.Payload,
	}}))
}

// stayBehindLocked keeps a push back until another was sent.
func (s *session) stayBehindLocked(x *passage) {
	t := s.twistLocked()
	if len(t.behind) == 0 {
		t.by = time.Now().Add(reorderTime)
		t.timers.After(reorderTime, s.sendSoon)
	}
	t.behind = append([]passage{*x}, t.behind...)
}

// sendOnLocked sends a push, or puts it at the end of the line if there is one, or
// if its time has not come. Those that stayed behind follow.
func (s *session) sendOnLocked(b *batch, x *passage) {
	switch t := s.twist; {
	case t != nil && len(t.line) > 0:
		x.due = latest(x.due, t.line[len(t.line)-1].due)
		t.line = append(t.line, *x)
	case x.due.After(time.Now()):
		t = s.twistLocked()
		t.line = append(t.line, *x)
		t.timers.After(time.Until(x.due), s.sendSoon)
	default:
		s.appendPassageLocked(b, x)
	}
	s.catchUpLocked(b)
}

// catchUpLocked sends on what stayed behind.
func (s *session) catchUpLocked(b *batch) {
	if s.twist == nil {
		return
	}
	behind := s.twist.behind
	s.twist.behind = nil
	for i := range behind {
		s.sendOnLocked(b, &behind[i])
	}
}

// releaseLocked adds the frames of those whose time has come, and sees to it that
// the next ones are not forgotten.
func (s *session) releaseLocked() {
	t := s.twist
	if t == nil {
		return
	}
	now := time.Now()
	released := 0
	for released < len(t.line) && !t.line[released].due.After(now) {
		s.appendPassageLocked(s.out.batchLocked(), &t.line[released])
		released++
	}
	if t.line = t.line[released:]; len(t.line) == 0 {
		t.line = nil
	} else if released > 0 {
		t.timers.After(time.Until(t.line[0].due), s.sendSoon)
	}
	if len(t.behind) > 0 && !t.by.After(now) {
		s.catchUpLocked(s.out.batchLocked())
	}
}

// appendPassageLocked adds the frames of a push, unless its user has gone: then the
// broker has it back. A push that was forgotten meanwhile is not sent any more.
func (s *session) appendPassageLocked(b *batch, x *passage) {
	if s.presences[x.presence.slot] != x.presence || !x.presence.route.Flies(x.delivery.ID) {
		return
	}
	for range x.copies {
		s.appendPushLocked(b, x.presence, &x.delivery)
	}
}

// latest returns the later one of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
