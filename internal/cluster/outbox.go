package cluster

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/cluster/message"
)

// An outboxKey names an outbox. Transfers do not wait for pushes, whose responses take longer.
type outboxKey struct {
	to       NodeID
	transfer bool
}

// An outbox has the pushes for one other node. Its goroutine sends them in batches, one at a
// time: while it waits for a response, the next batch gathers. So the numbers of its messages
// rise, and the other node recognizes late ones.
type outbox struct {
	node *Node
	key  outboxKey
	wake chan struct{} // capacity 1

	mu      sync.Mutex // held for an instant, with nothing locked under it
	waiting []*forward
	hurried bool
	closed  bool
}

// outboxOf returns the outbox for a node, and starts it if it is new.
func (n *Node) outboxOf(to NodeID, transfer bool) *outbox {
	key := outboxKey{to, transfer}
	n.mu.Lock()
	defer n.mu.Unlock()
	o := n.outboxes[key]
	if o == nil {
		o = &outbox{node: n, key: key, wake: make(chan struct{}, 1)}
		o.closed = !n.tasks.start(o.run)
		n.outboxes[key] = o
	}
	return o
}

// Hurry has all outboxes send at once and the log written, since a provider waits. A
// store.Pending calls only the function that it got last, so the log and the outboxes give it
// this one.
func (n *Node) Hurry() {
	if n.Config.Hurry != nil {
		n.Config.Hurry()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, o := range n.outboxes {
		o.hurry()
	}
}

func (o *outbox) hurry() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) > 0 && !o.hurried {
		o.hurried = true
		o.signal()
	}
}

// add reports false if the node is closed.
func (o *outbox) add(f *forward) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	o.waiting = append(o.waiting, f)
	if f.urgent || len(o.waiting) >= maxBatch {
		o.hurried = true
	}
	o.signal()
	return true
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default: // a signal that nobody has taken says the same
	}
}

func (o *outbox) run() {
	for o.await() {
		for batch := o.next(); len(batch) > 0; batch = o.next() {
			o.send(batch)
		}
	}
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	for _, f := range o.takeAll() {
		o.node.fail(f, errClosed.Error())
	}
}

// await returns true when there is something to send, and false when the node is closed.
// Pushes for which nobody waits yet wait for others for a short time.
func (o *outbox) await() bool {
	var linger <-chan time.Time
	for {
		select {
		case <-o.node.tasks.ending:
			return false
		case <-linger:
			return true
		case <-o.wake:
		}
		o.mu.Lock()
		hurried, waiting := o.hurried, len(o.waiting)
		o.mu.Unlock()
		switch {
		case hurried:
			return true
		case waiting > 0 && linger == nil:
			timer := time.NewTimer(lingerFor)
			defer timer.Stop()
			linger = timer.C
		}
	}
}

// next takes as many pushes as one message may have.
func (o *outbox) next() []*forward {
	o.mu.Lock()
	defer o.mu.Unlock()
	count, size := 0, 2*maxHead
	for count < min(len(o.waiting), maxBatch) {
		p := messageOf(o.waiting[count].push)
		if size += p.Size(); size > message.MaxSize && count > 0 {
			break
		}
		count++
	}
	batch := o.waiting[:count:count]
	o.waiting = o.waiting[count:]
	if len(o.waiting) == 0 {
		o.waiting, o.hurried = nil, false
	}
	return batch
}

// maxHead is more than a header and the count have, in bytes.
const maxHead = 32

func (o *outbox) takeAll() []*forward {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.waiting
	o.waiting, o.hurried = nil, false
	return all
}

// send sends one batch and does with each push what the owner responds. Without a response,
// what waits behind it is not sent here either: the address may have another owner soon.
func (o *outbox) send(batch []*forward) {
	n, begin := o.node, time.Now()
	results, err := o.request(batch)
	if err != nil {
		n.Log.Warn("a node does not accept pushes; they are sent again", "node", o.key.to, "pushes", len(batch), "err", err)
		if !errors.Is(err, ErrNoNode) {
			for _, f := range batch {
				f.push.Former.MaybeSent = true
			}
		}
		n.again(append(batch, o.takeAll()...), requestTimeout-time.Since(begin))
		return
	}
	for i, f := range batch {
		if len(results) > 0 && results[0].Index == i {
			n.notAccepted(f, o.key.to, results[0])
			results = results[1:]
		} else {
			n.accepted(f, o.key.to)
		}
	}
}

// request sends one batch and returns what was not accepted.
func (o *outbox) request(batch []*forward) (message.Results, error) {
	pushes := make([]message.Push, len(batch))
	for i, f := range batch {
		pushes[i] = messageOf(f.push)
	}
	var m message.Message = message.Pushes(pushes)
	if o.key.transfer {
		m = message.Transfer(pushes)
	}
	number := o.node.number.Add(1)
	response, err := o.node.request(o.key.to, message.Append(nil, number, m))
	if err != nil {
		return nil, err
	}
	return parseResults(response, number, len(batch))
}

// parseResults reads the response to a request with a number of pushes.
func parseResults(response []byte, number uint64, pushes int) (message.Results, error) {
	got, m, err := message.Parse(response)
	results, ok := m.(message.Results)
	switch {
	case err != nil:
		return nil, fmt.Errorf("response to pushes: %w", err)
	case !ok || got != number:
		return nil, fmt.Errorf("response to pushes: %w", errUnexpected)
	case len(results) > 0 && results[len(results)-1].Index >= pushes:
		return nil, fmt.Errorf("response to pushes has a result for push %d, the request had %d", results[len(results)-1].Index, pushes)
	case len(results) > 0 && results[0].Code == message.UnknownVersion:
		return allUnknown(pushes), nil
	}
	return results, nil
}

// allUnknown is the result of each push of a message that was not read.
func allUnknown(pushes int) message.Results {
	results := make(message.Results, pushes)
	for i := range results {
		results[i] = message.Result{Index: i, Code: message.UnknownVersion}
	}
	return results
}
