package cluster

import (
	"encoding/binary"
	"sync"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A Revision orders the writes of all nodes; it is that of a write.
type Revision uint64

// Owners keeps which node is the owner of which address. All nodes agree on the order of the
// writes.
type Owners interface {
	// Owner returns the owner, zero if there is none, and the revision of its entry, as far as
	// this node knows. It reads memory. A node whose log was adopted is not returned, but its
	// adopter.
	Owner(to broker.Address) (NodeID, Revision)
	// Claim makes this node the owner, whoever was it before, and waits for the write. When it
	// returns, Owner returns this entry or a newer one.
	Claim(to broker.Address) (Revision, error)
	// ClaimAbsent makes this node the owner if there is none, and returns the owner. When it
	// returns, Owner returns that entry or a newer one.
	ClaimAbsent(to broker.Address) (NodeID, error)
	// Observe says that another node has read about an entry, perhaps earlier than this one.
	Observe(to broker.Address, owner NodeID, r Revision)
	// OnChange has f called after the owner of an address has changed, when Owner returns the
	// new one already. f does not wait, and calls Owner.
	OnChange(f func(to broker.Address))
}

const stripeCount = 64 // a power of two

// A stripe is some of the addresses.
type stripe struct {
	// Read-locked while the broker takes a push for an address that this node owns. The
	// broker and Owners.Owner are called with it locked: docs/lock-order.md.
	mu        sync.RWMutex
	addresses map[broker.Address]*ownership
}

// An ownership is what this node has to do with an address: it is the owner, a device logs in
// here, or pushes are on their way to a new owner.
type ownership struct {
	owned     bool     // the broker may have pushes for the address
	revision  Revision // of the newest entry that was considered
	claims    int      // not written yet; until then it is not known who is newer
	logins    int      // whose device is not attached yet
	unclaimed bool     // the claim of a login has failed
	outdated  bool     // a release came before the device of a login was attached
	releasing bool     // release runs

	open     int           // release itself, and pushes that the new owner has not accepted yet
	released chan struct{} // closed when open becomes 0
}

func (o *ownership) idle() bool {
	return !o.owned && o.claims == 0 && o.logins == 0 && !o.unclaimed && o.open == 0
}

func (n *Node) stripeOf(to broker.Address) *stripe {
	return &n.stripes[binary.BigEndian.Uint64(to.Device[:])%stripeCount]
}

// update calls f with what this node has to do with an address, and forgets it if that is
// nothing afterwards.
func (n *Node) update(to broker.Address, f func(*ownership)) {
	s := n.stripeOf(to)
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.addresses[to]
	if o == nil {
		o = new(ownership)
	}
	f(o)
	switch {
	case o.idle():
		delete(s.addresses, to)
	case s.addresses == nil:
		s.addresses = map[broker.Address]*ownership{to: o}
	default:
		s.addresses[to] = o
	}
}

// submitOwned gives a push to the broker if this node is the owner of its address, and
// reports that. Otherwise it returns the owner, zero for nobody. The error is that of
// [Broker].Submit.
func (n *Node) submitOwned(p *broker.Push, by *store.Pending) (owned bool, owner NodeID, err error) {
	for {
		if owned, err = n.trySubmit(p, by); owned {
			return true, n.ID, err
		}
		if owner, _ = n.Owners.Owner(p.To); owner != n.ID {
			return false, owner, nil
		}
		n.update(p.To, func(o *ownership) { n.reviewLocked(p.To, o) })
	}
}

func (n *Node) trySubmit(p *broker.Push, by *store.Pending) (owned bool, err error) {
	s := n.stripeOf(p.To)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if o := s.addresses[p.To]; o == nil || !o.owned {
		return false, nil
	}
	return true, n.Broker.Submit(p, by)
}

// ownerChanged follows a change by any node.
func (n *Node) ownerChanged(to broker.Address) {
	s := n.stripeOf(to)
	s.mu.RLock()
	concerned := s.addresses[to] != nil
	s.mu.RUnlock()
	if concerned {
		n.update(to, func(o *ownership) { n.reviewLocked(to, o) })
	}
}

// reviewLocked compares an ownership with the newest entry. If that is of another node, but a
// claim of this node is not written, it is not known which of the two is newer: the end of the
// claim reviews again. So does the end of a release.
func (n *Node) reviewLocked(to broker.Address, o *ownership) {
	owner, revision := n.Owners.Owner(to)
	switch {
	case owner == NodeID{}:
	case owner == n.ID:
		o.owned, o.revision, o.unclaimed, o.outdated = true, revision, false, false
	case o.claims > 0 || o.releasing:
	case revision > o.revision:
		n.startReleaseLocked(to, o)
	}
}
