package cluster

import (
	"errors"
	"time"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/cluster/message"
)

// Claim makes this node the owner of an address, for a login. It returns when the former
// owner has transferred what it held, after 200 ms, or when end is closed; what is missing
// then goes on. The caller attaches the device and then calls attached: if another login was
// newer meanwhile, the connection ends as replaced.
//
// Each login claims, also at the node that is the owner already. Otherwise a device that goes
// from A to B and back to A could be ended by the late news about B.
func (n *Node) Claim(to broker.Address, end <-chan struct{}) (attached func()) {
	n.update(to, func(o *ownership) { o.logins, o.claims = o.logins+1, o.claims+1 })
	attached = func() {
		n.update(to, func(o *ownership) {
			o.logins--
			if o.outdated && o.claims == 0 && !o.releasing {
				n.startReleaseLocked(to, o) // the release before has not seen the device
			}
		})
	}
	claimed := make(chan struct{})
	if !n.tasks.start(func() {
		defer close(claimed)
		n.claim(to)
	}) {
		n.claimEnded(to, errClosed)
		return attached
	}
	timeout := time.NewTimer(claimWait)
	defer timeout.Stop()
	select {
	case <-claimed:
	case <-timeout.C:
	case <-end:
	}
	return attached
}

// claim writes the entry and waits for the transfer.
func (n *Node) claim(to broker.Address) {
	former, before := n.Owners.Owner(to)
	n.update(to, func(o *ownership) { o.revision = max(o.revision, before) })
	revision, err := n.Owners.Claim(to)
	n.claimEnded(to, err)
	switch {
	case err != nil:
		n.Log.Warn("a device logs in without a claim; its pushes may be at another node", "device", to.Device, "err", err)
	case former != NodeID{} && former != n.ID:
		n.requestTransfer(former, to, revision)
	}
}

// claimEnded says that a claim is written, or has failed. A device whose claim has failed is
// served all the same, until another node claims.
func (n *Node) claimEnded(to broker.Address, err error) {
	n.update(to, func(o *ownership) {
		o.claims--
		o.unclaimed = o.unclaimed || err != nil
		n.reviewLocked(to, o)
	})
}

// requestTransfer tells the former owner about the claim, in case it has not heard of it, and
// waits until it has transferred its pushes and this node knows what the former owner knows.
// Otherwise a token that was retired there a moment ago would be issued here again.
func (n *Node) requestTransfer(former NodeID, to broker.Address, r Revision) {
	m := message.Append(nil, n.number.Add(1), message.Claimed{
		Environment: to.Environment, Device: to.Device, User: to.User, Revision: uint64(r),
	})
	response, err := n.request(former, m)
	if err != nil {
		n.Log.Debug("the former owner of an address does not respond; it transfers when it can", "device", to.Device, "node", former, "err", err)
		return
	}
	_, parsed, err := message.Parse(response)
	known, ok := parsed.(message.Revision)
	if !ok {
		n.Log.Warn("a node responds to a claim with something else", "node", former, "err", errors.Join(err, errUnexpected))
		return
	}
	n.Registries.Await(Revision(known), n.tasks.ending)
}

var errUnexpected = errors.New("unexpected kind of message")
