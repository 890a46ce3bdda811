package cluster

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
)

// startReleaseLocked begins to give an address to its new owner.
func (n *Node) startReleaseLocked(to broker.Address, o *ownership) {
	if !n.tasks.start(func() { n.release(to) }) {
		return // the log of this node has the pushes
	}
	o.releasing = true
	o.openLocked(1)
}

// release ends the connection of a device that has logged in elsewhere, and sends the pushes
// that are not acknowledged to the new owner.
func (n *Node) release(to broker.Address) {
	resume := n.Sessions.Quiet(to)
	var held []*broker.Push
	n.update(to, func(o *ownership) {
		o.releasing = false
		if n.lostLocked(to, o) {
			held = n.Broker.Transfer(to)
			o.openLocked(len(held))
		}
		o.closeLocked()
	})
	resume()
	for _, p := range held {
		n.dispatch(&forward{push: p, transfer: true, urgent: true, began: time.Now()})
	}
}

// lostLocked ends an ownership, and reports that, unless this node has claimed again
// meanwhile, or is about to.
func (n *Node) lostLocked(to broker.Address, o *ownership) bool {
	owner, revision := n.Owners.Owner(to)
	if o.claims > 0 || owner == n.ID || owner == (NodeID{}) {
		n.reviewLocked(to, o)
		return false
	}
	o.owned, o.unclaimed, o.revision = false, false, revision
	o.outdated = o.logins > 0
	return true
}

// openLocked says that so many parts of a release have begun.
func (o *ownership) openLocked(parts int) {
	if o.open == 0 && parts > 0 {
		o.released = make(chan struct{})
	}
	o.open += parts
}

// closeLocked says that one of the open parts of a release has ended.
func (o *ownership) closeLocked() {
	if o.open--; o.open == 0 {
		close(o.released)
	}
}

// awaitRelease returns when this node has given an address to its new owner, pushes
// included, or after the timeout of a request.
func (n *Node) awaitRelease(to broker.Address) {
	s := n.stripeOf(to)
	s.mu.RLock()
	o := s.addresses[to]
	if o == nil || o.open == 0 {
		s.mu.RUnlock()
		return
	}
	released := o.released
	s.mu.RUnlock()
	timeout := time.NewTimer(requestTimeout)
	defer timeout.Stop()
	select {
	case <-released:
	case <-timeout.C:
	case <-n.tasks.ending:
	}
}
