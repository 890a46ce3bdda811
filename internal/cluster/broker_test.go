package cluster

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A memoryBroker obeys the contract of [Broker], and of [Sessions], with one queue per address,
// without limits, and with a log.
type memoryBroker struct {
	network *network
	slot    uint64
	full    bool // rejects new pushes
	dead    bool // killed: only its log remains

	mu        sync.Mutex
	stamp     uint64
	queues    map[broker.Address]*memoryQueue
	log       map[uint64]*record // by stamp
	forwarded []string           // apns-ids
	stored    []string           // apns-ids
	unwritten func(*broker.Push) bool

	maxWrite, maxAck, quietFor time.Duration
}

type memoryQueue struct {
	entries []*waiting // by stamp
	session *session
}

type waiting struct {
	push  *broker.Push
	stamp uint64
	sent  bool
	on    *session // on which it was sent
}

// A record is that of one push. by waits until it is written or ended.
type record struct {
	push    *broker.Push
	written bool
	by      []*store.Pending
}

// A session is the connection of a device to a broker.
type session struct {
	device   *device
	broker   *memoryBroker
	to       broker.Address
	quiet    bool // guarded by the mutex of the broker
	replaced bool
}

func newMemoryBroker(w *network, slot uint64) *memoryBroker {
	return &memoryBroker{network: w, slot: slot, queues: make(map[broker.Address]*memoryQueue), log: make(map[uint64]*record)}
}

func (b *memoryBroker) NextStamp() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.nextStampLocked()
}

func (b *memoryBroker) nextStampLocked() uint64 {
	b.stamp = max(uint64(time.Now().UnixNano())&^1023|b.slot, b.stamp+1024)
	return b.stamp
}

func (b *memoryBroker) queueLocked(to broker.Address) *memoryQueue {
	if b.queues[to] == nil {
		b.queues[to] = new(memoryQueue)
	}
	return b.queues[to]
}

func compareStamp(w *waiting, stamp uint64) int { return cmp.Compare(w.stamp, stamp) }

func (b *memoryBroker) Submit(p *broker.Push, by *store.Pending) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dead {
		return apns.Reject(apns.ServiceUnavailable, "this node is dead")
	}
	former := broker.Former{}
	if p.Former != nil {
		former = *p.Former
	} else {
		former.Stamp = b.nextStampLocked()
	}
	q := b.queueLocked(p.To)
	i, found := slices.BinarySearchFunc(q.entries, former.Stamp, compareStamp)
	if found && former.MaybeSent {
		b.putLocked(former.Stamp, p, by)
		return nil
	}
	if b.full && former.Deadline == 0 {
		return apns.Reject(apns.TooManyRequests, "the backlog is full")
	}
	q.entries = slices.Insert(q.entries, i, &waiting{push: p, stamp: former.Stamp, sent: former.MaybeSent})
	b.putLocked(former.Stamp, p, by)
	b.sendLocked(q)
	return nil
}

// putLocked writes the record of a push after a while.
func (b *memoryBroker) putLocked(stamp uint64, p *broker.Push, by *store.Pending) {
	r := b.log[stamp]
	if r != nil && r.written {
		return
	}
	by.Add(func() {})
	if r != nil {
		r.by = append(r.by, by)
		return
	}
	r = &record{push: p, by: []*store.Pending{by}}
	b.log[stamp] = r
	after(b.network.upTo(b.maxWrite), func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.log[stamp] != r {
			return
		}
		if b.dead || b.unwritten != nil && b.unwritten(p) {
			delete(b.log, stamp)
			for _, by := range r.by {
				by.Fail(p.Notification, nil)
			}
			return
		}
		r.doneLocked()
	})
}

func (r *record) doneLocked() {
	r.written = true
	for _, by := range r.by {
		by.Done()
	}
	r.by = nil
}

// endLocked ends the record of a push.
func (b *memoryBroker) endLocked(stamp uint64) {
	if r := b.log[stamp]; r != nil && !b.dead {
		r.doneLocked()
		delete(b.log, stamp)
	}
}

func (b *memoryBroker) NotStored(p *broker.Push) (reject bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queueLocked(p.To)
	before := len(q.entries)
	q.entries = slices.DeleteFunc(q.entries, func(w *waiting) bool { return w.push == p })
	return len(q.entries) < before
}

func (b *memoryBroker) Stored(p *broker.Push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stored = append(b.stored, p.ID)
}

func (b *memoryBroker) Transfer(to broker.Address) (list []*broker.Push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queueLocked(to)
	if q.session != nil {
		q.session.replaced = true
		q.session.device.closed(q.session)
	}
	for _, w := range q.entries {
		p := &broker.Push{Notification: w.push.Notification, To: to, Hash: w.push.Hash, Base: w.push.Base, Unreported: w.push.Unreported}
		p.Former = &broker.Former{Stamp: w.stamp, Deadline: 1, MaybeSent: w.sent}
		list = append(list, p)
	}
	delete(b.queues, to)
	return list
}

func (b *memoryBroker) Transferred(p *broker.Push, _ string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forwarded = append(b.forwarded, p.ID)
	if _, again := slices.BinarySearchFunc(b.queueLocked(p.To).entries, p.Former.Stamp, compareStamp); !again {
		b.endLocked(p.Former.Stamp)
	}
}

// Quiet implements Sessions.
func (b *memoryBroker) Quiet(to broker.Address) (resume func()) {
	b.mu.Lock()
	s := b.queueLocked(to).session
	if s != nil {
		s.quiet = true
	}
	b.mu.Unlock()
	if s == nil {
		return func() {}
	}
	time.Sleep(b.quietFor)
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		s.quiet = false
		if q := b.queueLocked(to); q.session == s {
			b.sendLocked(q)
		}
	}
}

// attach makes a session that of its device.
func (b *memoryBroker) attach(s *session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queueLocked(s.to)
	b.detachLocked(q)
	if b.dead {
		s.device.closed(s)
		return
	}
	q.session = s
	b.sendLocked(q)
}

// kill ends all sessions and leaves the log as it is. It returns what is written there.
func (b *memoryBroker) kill() (written map[uint64]*broker.Push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dead = true
	for _, q := range b.queues {
		b.detachLocked(q)
	}
	clear(b.queues)
	written = make(map[uint64]*broker.Push)
	for stamp, r := range b.log {
		if r.written {
			written[stamp] = r.push
		}
	}
	return written
}

// adopt puts records of another log into this one.
func (b *memoryBroker) adopt(written map[uint64]*broker.Push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for stamp, p := range written {
		if b.log[stamp] == nil {
			b.log[stamp] = &record{push: p, written: true}
		}
	}
}

// detachLocked ends the session of a queue.
func (b *memoryBroker) detachLocked(q *memoryQueue) {
	if q.session != nil {
		q.session.device.closed(q.session)
		q.session = nil
	}
}

func (b *memoryBroker) detach(s *session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if q := b.queueLocked(s.to); q.session == s {
		q.session = nil
	}
}

// sendLocked sends what waits for a device.
func (b *memoryBroker) sendLocked(q *memoryQueue) {
	s := q.session
	if s == nil || s.quiet || b.dead {
		return
	}
	for _, w := range q.entries {
		if w.on != s {
			w.on, w.sent = s, true
			after(b.network.upTo(b.maxAck), func() {
				if s.device.receive(s, w.stamp, w.push.ID) {
					after(b.network.upTo(b.maxAck), func() { b.ack(s, w.stamp) })
				}
			})
		}
	}
}

// after calls f after a time. In a bubble, the race detector crashes at a time.AfterFunc of 0.
func after(d time.Duration, f func()) {
	if d == 0 {
		go f()
		return
	}
	time.AfterFunc(d, f)
}

// ack ends a push, unless the session has been replaced.
func (b *memoryBroker) ack(s *session, stamp uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	q := b.queueLocked(s.to)
	if i, found := slices.BinarySearchFunc(q.entries, stamp, compareStamp); found && q.session == s && !b.dead {
		q.entries = slices.Delete(q.entries, i, i+1)
		b.endLocked(stamp)
	}
}

// A device has one connection and recognizes the stamps that it has received.
type device struct {
	to broker.Address

	mu       sync.Mutex
	current  *session
	seen     map[uint64]bool
	received map[string]int // by apns-id
}

func newDevice(to broker.Address) *device {
	return &device{to: to, seen: make(map[uint64]bool), received: make(map[string]int)}
}

// receive reports whether the device acknowledges a push on a session. It does nothing with a
// connection that it has left.
func (d *device) receive(s *session, stamp uint64, id string) (acknowledged bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current != s {
		return false
	}
	if !d.seen[stamp] {
		d.seen[stamp] = true
		d.received[id]++
	}
	return true
}

// closed says that the server has ended a session.
func (d *device) closed(s *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.current == s {
		d.current = nil
	}
}

// connect makes a session the current one.
func (d *device) connect(s *session) (former *session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	former, d.current = d.current, s
	return former
}
