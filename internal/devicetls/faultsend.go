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

// A heldPushes is what faults keep back of the pushes of a session. All of it is on
// its way, as the broker sees it: when the connection ends, the broker sends it on
// the next one.
type heldPushes struct {
	delayed   []heldPush // one after the other, each no sooner than its time
	reordered []heldPush // go after the next one that is sent, the newest first
	reorderBy time.Time  // when those behind go although none was sent
}

// A heldPush is a push that faults have done something to.
type heldPush struct {
	presence *presence
	delivery broker.Delivery
	copies   int
	due      time.Time // it is not sent before
}

// appendPushesLocked adds the frames of pushes, with what faults do to them.
func (s *session) appendPushesLocked(b *batch, p *presence, taken []broker.Delivery) {
	if len(taken) == 0 {
		return
	}
	p.last.Store(taken[len(taken)-1].ID)
	if s.faults == nil && !s.server.cfg.Faults.Any(fault.AtDelivery) {
		for i := range taken {
			s.appendPushLocked(b, p, &taken[i])
		}
		return
	}
	for i := range taken {
		if s.ended() { // by a fault, perhaps; the broker has what is left
			return
		}
		s.applyFaultsLocked(b, p, &taken[i])
	}
}

// applyFaultsLocked does to a push what faults say.
func (s *session) applyFaultsLocked(b *batch, p *presence, d *broker.Delivery) {
	push := heldPush{presence: p, delivery: *d, copies: 1}
	reorder := false
	for hit := range s.pushFaults(d) {
		s.recordFault(&hit, journal.Event{Push: d.Push.Notification, Track: d.Push.Track, Device: s.id()})
		switch hit.Action.Do {
		case fault.Drop:
			p.route.Lose(d.ID)
			return
		case fault.Disconnect:
			s.end(&endError{Ending: EndFault})
			return
		case fault.Duplicate:
			push.copies += hit.Action.CopyCount() - 1
		case fault.SlowPush:
			push.due = latest(push.due, time.Now()).Add(hit.Delay)
		case fault.Reorder:
			reorder = true
		}
	}
	if reorder {
		s.holdLocked(&push)
		return
	}
	s.sendOrDelayLocked(b, &push)
}

// pushFaults yields the faults of a push.
func (s *session) pushFaults(d *broker.Delivery) iter.Seq[fault.Hit] {
	if !s.server.cfg.Faults.Any(fault.AtDelivery) {
		return func(func(fault.Hit) bool) {}
	}
	n := d.Push.Notification
	return s.server.cfg.Faults.Hits(fault.AtDelivery, s.describe(&fault.Subject{Subject: filters.Subject{
		Space: n.TeamID, Environment: s.environment, Topic: n.Topic, Token: n.Token, Device: s.id(), Channel: n.Channel,
		PushType: n.PushType, Priority: n.Priority, CollapseID: n.CollapseID, ID: n.ID, UniqueID: n.UniqueID, Payload: n.Payload,
	}}))
}

// holdLocked keeps a push back until another was sent.
func (s *session) holdLocked(push *heldPush) {
	t := s.faultsLocked()
	if len(t.reordered) == 0 {
		t.reorderBy = time.Now().Add(reorderTime)
		t.timers.After(reorderTime, s.scheduleSend)
	}
	t.reordered = append([]heldPush{*push}, t.reordered...)
}

// sendOrDelayLocked sends a push, or puts it at the end of the line if there is one, or
// if its time has not come. Those that stayed behind follow.
func (s *session) sendOrDelayLocked(b *batch, push *heldPush) {
	switch t := s.faults; {
	case t != nil && len(t.delayed) > 0:
		push.due = latest(push.due, t.delayed[len(t.delayed)-1].due)
		t.delayed = append(t.delayed, *push)
	case push.due.After(time.Now()):
		t = s.faultsLocked()
		t.delayed = append(t.delayed, *push)
		t.timers.After(time.Until(push.due), s.scheduleSend)
	default:
		s.appendHeldLocked(b, push)
	}
	s.sendReorderedLocked(b)
}

// sendReorderedLocked sends on what stayed behind.
func (s *session) sendReorderedLocked(b *batch) {
	if s.faults == nil {
		return
	}
	reordered := s.faults.reordered
	s.faults.reordered = nil
	for i := range reordered {
		s.sendOrDelayLocked(b, &reordered[i])
	}
}

// sendDueLocked adds the frames of those whose time has come, and sees to it that
// the next ones are not forgotten.
func (s *session) sendDueLocked() {
	t := s.faults
	if t == nil {
		return
	}
	now := time.Now()
	released := 0
	for released < len(t.delayed) && !t.delayed[released].due.After(now) {
		s.appendHeldLocked(s.out.batchLocked(), &t.delayed[released])
		released++
	}
	if t.delayed = t.delayed[released:]; len(t.delayed) == 0 {
		t.delayed = nil
	} else if released > 0 {
		t.timers.After(time.Until(t.delayed[0].due), s.scheduleSend)
	}
	if len(t.reordered) > 0 && !t.reorderBy.After(now) {
		s.sendReorderedLocked(s.out.batchLocked())
	}
}

// appendHeldLocked adds the frames of a push, unless its user has gone: then the
// broker has it back. A push that was forgotten meanwhile is not sent any more.
func (s *session) appendHeldLocked(b *batch, push *heldPush) {
	if s.presences[push.presence.slot] != push.presence || !push.presence.route.InFlight(push.delivery.ID) {
		return
	}
	for range push.copies {
		s.appendPushLocked(b, push.presence, &push.delivery)
	}
}

// latest returns the later one of two times.
func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
