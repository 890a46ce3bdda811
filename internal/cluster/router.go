package cluster

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A Router takes the pushes of the providers of this node. It stands where a node that is
// alone has its broker.
type Router struct{ node *Node }

// Submit gives p to the broker of this node if it is the owner of the address, and sends it
// to the owner otherwise. by waits until that node is responsible for it. The error is an
// *apns.Rejection; a rejection by another node comes with by.Wait.
func (r *Router) Submit(p *broker.Push, by *store.Pending) error {
	n := r.node
	owned, owner, err := n.submitOwned(p, by)
	if owned {
		return err
	}
	p.Former = &broker.Former{Stamp: n.Broker.NextStamp()}
	by.Add(n.Hurry)
	n.dispatchTo(owner, &forward{push: p, by: by, urgent: by == nil, began: time.Now()})
	return nil
}

// NotStored says that by has reported p as failed, and reports whether p is to be rejected.
func (r *Router) NotStored(p *broker.Push) (reject bool) {
	return p.Former != nil || r.node.Broker.NotStored(p)
}

// Stored says that by has not reported p as failed.
func (r *Router) Stored(p *broker.Push) {
	if p.Former == nil { // otherwise the owner has said so to its broker
		r.node.Broker.Stored(p)
	}
}
