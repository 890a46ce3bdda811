package cluster

import (
	"fmt"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/cluster/message"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A forward is a push on its way to the owner of its address. One goroutine at a time has it.
type forward struct {
	push     *broker.Push   // with a Former
	by       *store.Pending // of the provider's connection; nil if nobody waits
	transfer bool           // it was accepted before, so it is sent until an owner has it
	began    time.Time
	urgent   bool // its provider waits, or nobody does
	moves    int  // how often it was sent on because the address has another owner
}

// dispatch sends a push to the owner of its address.
func (n *Node) dispatch(f *forward) {
	owner, _ := n.Owners.Owner(f.push.To)
	n.dispatchTo(owner, f)
}

// dispatchTo sends a push to a node that is said to be the owner; zero: there is none.
func (n *Node) dispatchTo(owner NodeID, f *forward) {
	var started bool
	switch owner {
	case NodeID{}:
		n.claimAbsent(f)
		return
	case n.ID:
		started = n.tasks.start(func() { n.submitHere(f) })
	default:
		started = n.outboxOf(owner, f.transfer).add(f)
	}
	if !started {
		n.fail(f, errClosed.Error())
	}
}

// submitHere gives a push to the own broker, and waits for its record.
func (n *Node) submitHere(f *forward) {
	result := n.submitAll([]*broker.Push{f.push})
	if len(result) == 0 {
		n.accepted(f, n.ID)
		return
	}
	n.notAccepted(f, n.ID, result[0])
}

// accepted says that a broker has the push.
func (n *Node) accepted(f *forward, by NodeID) {
	if by != n.ID {
		n.Broker.Transferred(f.push, by.String())
	}
	if f.transfer {
		n.update(f.push.To, (*ownership).closeLocked)
	}
	f.by.Done()
}

// notAccepted does with a push what the owner has responded.
func (n *Node) notAccepted(f *forward, from NodeID, r message.Result) {
	switch {
	case r.Code == message.Moved && f.moves < maxMoves:
		f.moves++
		n.follow(f, r.Node)
	case f.transfer:
		f.moves = 0
		n.again([]*forward{f}, requestTimeout)
	case r.Code == message.Rejected:
		f.by.Fail(f.push.Notification, apns.Reject(r.Reason, r.Detail))
	case r.Code == message.Moved:
		n.fail(f, "the device changes nodes too often")
	case r.Code == message.UnknownVersion:
		n.fail(f, fmt.Sprintf("node %s runs another version", from))
	default:
		f.by.Fail(f.push.Notification, nil)
	}
}

// follow sends a push to the node that the former owner has named. After the first time it
// waits a little longer each time.
func (n *Node) follow(f *forward, owner NodeID) {
	f.urgent = true
	if f.moves == 1 && owner != n.ID {
		n.dispatchTo(owner, f)
		return
	}
	started := n.tasks.start(func() {
		n.tasks.pause(time.Duration(f.moves) * movePause)
		if owner == n.ID { // which may not have heard of it yet
			owner, _ = n.Owners.Owner(f.push.To)
		}
		n.dispatchTo(owner, f)
	})
	if !started {
		n.fail(f, errClosed.Error())
	}
}

// again sends pushes to whoever is the owner after a pause, unless they have been on their way
// for too long.
func (n *Node) again(list []*forward, pause time.Duration) {
	started := n.tasks.start(func() {
		n.tasks.pause(pause)
		for _, f := range list {
			f.urgent = true
			if f.overdue() {
				n.fail(f, "the owner of the address does not respond")
			} else {
				n.dispatch(f)
			}
		}
	})
	if !started {
		for _, f := range list {
			n.fail(f, errClosed.Error())
		}
	}
}

func (f *forward) overdue() bool { return !f.transfer && time.Since(f.began) >= giveUpAfter }

// fail rejects a push that no owner has accepted. It may arrive all the same, if an owner got
// it and did not respond. A push of a transfer stays in the log of this node.
func (n *Node) fail(f *forward, detail string) {
	f.by.Fail(f.push.Notification, apns.Reject(apns.ServiceUnavailable, detail))
}

// unowned are the pushes that wait until their address has an owner.
type unowned struct {
	mu      sync.Mutex // held for an instant, with nothing locked under it
	waiting map[broker.Address][]*forward
}

// claimAbsent makes this node the owner of an address if there is none, and sends the pushes
// that wait for that.
func (n *Node) claimAbsent(f *forward) {
	to := f.push.To
	if n.unowned.add(to, f) {
		return // another push has asked
	}
	if !n.tasks.start(func() {
		owner, err := n.Owners.ClaimAbsent(to)
		for _, f := range n.unowned.take(to) {
			switch {
			case err == nil:
				n.dispatchTo(owner, f)
			case f.transfer:
				n.again([]*forward{f}, requestTimeout)
			default:
				n.fail(f, fmt.Sprintf("the address has no owner: %v", err))
			}
		}
	}) {
		for _, f := range n.unowned.take(to) {
			n.fail(f, errClosed.Error())
		}
	}
}

// add reports whether pushes of the address wait already.
func (u *unowned) add(to broker.Address, f *forward) (asked bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.waiting == nil {
		u.waiting = make(map[broker.Address][]*forward)
	}
	list, asked := u.waiting[to]
	u.waiting[to] = append(list, f)
	return asked
}

func (u *unowned) take(to broker.Address) []*forward {
	u.mu.Lock()
	defer u.mu.Unlock()
	list := u.waiting[to]
	delete(u.waiting, to)
	return list
}
