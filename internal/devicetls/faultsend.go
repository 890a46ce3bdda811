package devicetls

import (
	"iter"
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// reorderTime is how long a reordered push waits for the next one.
const reorderTime = time.Second

// heldPushes are the pushes of a session that faults hold back. The broker counts all of
// them as in flight: when the connection ends, it sends them on the next one.
type heldPushes struct {
	delayed   []heldPush // sent in this order, each no sooner than its time
	reordered []heldPush // sent after the next push, the newest first
	reorderBy time.Time  // when the reordered ones are sent if no push was
}

// A heldPush is a push to which faults have applied.
type heldPush struct {
	presence *presence
	delivery broker.Delivery
	copies   int
	due      time.Time // it is not sent before
}

// appendPushesLocked adds the frames of pushes, after faults were applied to them.
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
		if s.ended() { // perhaps by a fault; the broker sends the rest on the next connection
			return
		}
		s.applyFaultsLocked(b, p, &taken[i])
	}
}

// applyFaultsLocked applies the fault rules to a push and sends or holds it.
func (s *session) applyFaultsLocked(b *batch, p *presence, d *broker.Delivery) {
	push := heldPush{presence: p, delivery: *d, copies: 1}
	reorder := false
	for hit := range s.pushFaults(d) {
		s.recordFault(&hit, journal.Event{Push: d.Push.Notification, Trace: d.Push.Trace, Device: s.id()})
		switch hit.Action.Do {
		case fault.Drop:
			p.consumer.Drop(d.ID)
			return
		case fault.Disconnect:
			s.end(&endError{Reason: EndFault})
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

// pushFaults yields the faults that apply to a push.
func (s *session) pushFaults(d *broker.Delivery) iter.Seq[fault.Hit] {
	if !s.server.cfg.Faults.Any(fault.AtDelivery) {
		return func(func(fault.Hit) bool) {}
	}
	n := d.Push.Notification
	return s.server.cfg.Faults.Hits(fault.AtDelivery, s.describe(&fault.Attributes{Attributes: filters.Attributes{
		Space: n.TeamID, Environment: s.environment, Topic: n.Topic, Token: n.Token, Device: s.id(), Channel: n.Channel,
		PushType: n.PushType, Priority: n.Priority, CollapseID: n.CollapseID, ID: n.ID, UniqueID: n.UniqueID, Payload: n.Payload,
	}}))
}

// holdLocked holds a push until another was sent.
func (s *session) holdLocked(push *heldPush) {
	t := s.faultsLocked()
	if len(t.reordered) == 0 {
		t.reorderBy = time.Now().Add(reorderTime)
		t.timers.After(reorderTime, s.scheduleSend)
	}
	t.reordered = append([]heldPush{*push}, t.reordered...)
}

// sendOrDelayLocked sends a push, or queues it if its time has not come or others are
// queued. Reordered pushes follow it.
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

// sendReorderedLocked sends the reordered pushes.
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

// sendDueLocked adds the frames of held pushes whose time has come, and sets a timer for
// the next ones.
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

// appendHeldLocked adds the frames of a held push, unless its presence has ended, which
// returned it to the broker, or the broker has dropped it meanwhile.
func (s *session) appendHeldLocked(b *batch, push *heldPush) {
	if s.presences[push.presence.slot] != push.presence || !push.presence.consumer.InFlight(push.delivery.ID) {
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
