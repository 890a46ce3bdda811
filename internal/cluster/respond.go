package cluster

import (
	"errors"
	"slices"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/cluster/message"
	"github.com/apns-sim/apns-sim/internal/store"
)

// respond takes a message of another node and returns the response, nil for none.
func (n *Node) respond(from NodeID, b []byte) []byte {
	number, m, err := message.Parse(b)
	if other, ok := errors.AsType[*message.VersionError](err); ok {
		n.Log.Warn("cannot read a message of a node", "node", from, "err", err)
		return message.Append(nil, other.Number, message.Results{{Code: message.UnknownVersion}})
	}
	switch m := m.(type) {
	case message.Pushes:
		return n.respondPushes(outboxKey{from, false}, number, m)
	case message.Transfer:
		return n.respondPushes(outboxKey{from, true}, number, m)
	case message.Claimed:
		return n.respondClaimed(from, number, m)
	}
	n.Log.Warn("cannot read a message of a node", "node", from, "err", errors.Join(err, errUnexpected))
	return nil
}

// respondPushes submits the pushes of another node, and responds when each of them is
// acknowledged, recorded or rejected.
func (n *Node) respondPushes(from outboxKey, number uint64, pushes []message.Push) []byte {
	if !n.newest.raise(from, number) {
		return nil // its sender has waited long enough, and has sent the pushes again
	}
	list := make([]*broker.Push, len(pushes))
	for i := range pushes {
		list[i] = pushOf(&pushes[i])
		list[i].Former.MaybeSent = list[i].Former.MaybeSent || from.transfer
	}
	return message.Append(nil, number, n.submitAll(list))
}

// submitAll submits pushes that have a number to the own broker, waits for their records, and
// returns what was not accepted.
func (n *Node) submitAll(list []*broker.Push) (results message.Results) {
	by := store.NewPending()
	submitted := make(map[*apns.Notification]int, len(list)) // to the index in the list
	for i, p := range list {
		owned, owner, err := n.submitOwned(p, by)
		switch {
		case !owned:
			results = append(results, message.Result{Index: i, Code: message.Moved, Node: owner})
		case err != nil:
			results = append(results, resultOf(i, err))
		default:
			submitted[p.Notification] = i
		}
	}
	for _, failure := range by.Wait() {
		i := submitted[failure.Push]
		delete(submitted, failure.Push)
		switch {
		case !n.Broker.NotStored(list[i]): // it has been delivered or dropped meanwhile
		case failure.Rejection != nil:
			results = append(results, resultOf(i, failure.Rejection))
		default:
			results = append(results, message.Result{Index: i, Code: message.NotStored})
		}
	}
	for _, i := range submitted {
		n.Broker.Stored(list[i])
	}
	slices.SortFunc(results, func(a, b message.Result) int { return a.Index - b.Index })
	return results
}

// resultOf is the result of a push that was not accepted because of err.
func resultOf(index int, err error) message.Result {
	rejection, ok := errors.AsType[*apns.Rejection](err)
	if !ok {
		return message.Result{Index: index, Code: message.NotStored}
	}
	return message.Result{Index: index, Code: message.Rejected, Reason: rejection.Reason, Detail: rejection.Detail}
}

// respondClaimed gives an address to the sender, which has claimed it, and responds when the
// sender has the pushes.
func (n *Node) respondClaimed(from NodeID, number uint64, m message.Claimed) []byte {
	to := broker.Address{Environment: m.Environment, Device: m.Device, User: m.User}
	n.Owners.Observe(to, from, Revision(m.Revision))
	n.awaitRelease(to)
	return message.Append(nil, number, message.Revision(n.Registries.Revision()))
}

// newestNumbers are the numbers of the newest message from each outbox of another node.
type newestNumbers struct {
	mu      sync.Mutex // held for an instant, with nothing locked under it
	numbers map[outboxKey]uint64
}

// raise reports whether a number is above those before. An outbox sends one message at a
// time, so a lower number is that of a message which is late or repeated.
func (n *newestNumbers) raise(from outboxKey, number uint64) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if number <= n.numbers[from] {
		return false
	}
	if n.numbers == nil {
		n.numbers = make(map[outboxKey]uint64)
	}
	n.numbers[from] = number
	return true
}
