package broker_test

import (
	"cmp"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// A modelPush is a push as the model sees it: where it is, in one word.
type modelPush struct {
	name, topic, collapse string
	kind                  apns.PushType
	priority              apns.Priority
	expires               time.Time // zero: one attempt
	where                 string    // held, ready, in flight, delivered, dropped
	cause                 broker.Cause
	flags                 uint8 // on its next delivery
	attempts              int
	charged, retired      bool           // retired: its token was retired while it was in flight
	asked                 bool           // its token was asked for while it was in flight
	again                 []broker.Cause // why it was sent before, of each delivery that the journal has not told
	stamp                 uint64         // of its last delivery
	restored              bool           // it comes from the store
	id                    uint32         // while in flight
}

// once says that there is one attempt to deliver it.
func (p *modelPush) once() bool { return p.expires.IsZero() }

// expired says that it is of no use any more.
func (m *model) expired(p *modelPush) bool { return !p.once() && !p.expires.After(m.now) }

// A spending is a push that counts in an hour's budget.
type spending struct {
	topic string
	kind  apns.PushType
	at    time.Time
}

// A model does what the broker should do for one device, without regard to speed.
// It is written from the rules, not from the broker.
type model struct {
	rules    broker.Config
	now      time.Time // for APNs
	realTime time.Time // for the network

	// The device.
	lowPower bool
	spent    []spending
	since    map[string]time.Time // when an unlisted topic began to wait
	removed  []string             // pushes whose apps are taken for removed

	// Its connection.
	connected  bool
	awakeUntil time.Time         // zero if it sleeps
	filter     map[string]string // the list of a topic; nil before the filter
	nextID     uint32
	stamp      uint64
	groupUntil time.Time
	ackBy      time.Time
	overdue    int

	pushes []*modelPush // in the order of acceptance
}

func (m *model) in(where string) (found []*modelPush) {
	for _, p := range m.pushes {
		if p.where == where {
			found = append(found, p)
		}
	}
	return found
}

// inFlight returns what was sent, in the order of sending.
func (m *model) inFlight() []*modelPush {
	inFlight := m.in("in flight")
	slices.SortFunc(inFlight, func(a, b *modelPush) int { return cmp.Compare(a.id, b.id) })
	return inFlight
}

func (m *model) drop(p *modelPush, cause broker.Cause) { p.where, p.cause = "dropped", cause }

// limit is the hourly budget that a push counts in, 0 if there is none.
func (m *model) limit(p *modelPush) int {
	switch {
	case p.kind == apns.Background:
		return m.rules.Hourly.Background
	case p.kind == apns.LiveActivity && p.priority == 10:
		return m.rules.Hourly.LiveActivity
	}
	return 0
}

func (m *model) overBudget(p *modelPush) bool {
	count := 0
	for _, s := range m.spent {
		if s.topic == p.topic && s.kind == p.kind && m.now.Sub(s.at) < time.Hour {
			count++
		}
	}
	return m.limit(p) > 0 && !p.charged && count >= m.limit(p)
}

// obstacle is what keeps a push from its device now, "" if nothing does. woken
// says that something else wakes the device.
func (m *model) obstacle(p *modelPush, woken bool) broker.Cause {
	if !m.connected || m.filter == nil {
		return broker.Offline
	}
	list := m.filter[p.topic]
	switch list {
	case "":
		return broker.NotEnabled
	case "paused":
		return broker.Paused
	case "ignored":
		return broker.DropIgnored
	}
	ignore := m.rules.Priorities.Ignore
	if m.lowPower && !ignore && p.priority < 10 {
		return broker.LowPower
	}
	if !m.active() && list != "non-waking" {
		if list == "opportunistic" && !woken || p.priority == 1 && !ignore {
			return broker.Inactive
		}
		if p.priority == 5 && !ignore && !woken && m.rules.Priorities.Group > 0 {
			return broker.Grouped
		}
	}
	if m.overBudget(p) {
		return broker.OverBudget
	}
	return ""
}

// wait notes what a push waits for.
func (m *model) wait(p *modelPush, cause broker.Cause) {
	if cause == broker.Grouped && m.groupUntil.IsZero() {
		m.groupUntil = m.now.Add(m.rules.Priorities.Group)
	}
	if _, known := m.since[p.topic]; cause == broker.NotEnabled && !known {
		m.since[p.topic] = m.now
	}
}

// keep drops the oldest held pushes that match but n.
func (m *model) keep(n int, match func(*modelPush) bool) {
	held := slices.DeleteFunc(m.in("held"), func(p *modelPush) bool { return !match(p) })
	for _, p := range held[:max(0, len(held)-n)] {
		m.drop(p, broker.DropReplaced)
	}
}

func (m *model) hold(p *modelPush, cause broker.Cause) {
	p.asked = false
	if p.retired {
		m.drop(p, broker.DropUnregistered)
		return
	}
	if p.once() {
		m.drop(p, cause)
		return
	}
	if m.expired(p) {
		m.drop(p, broker.DropExpired)
		return
	}
	p.where, p.flags = "held", 0
	m.wait(p, cause)
	if p.kind == apns.Background && m.rules.Hourly.Background > 0 {
		m.keep(1, func(h *modelPush) bool { return h.topic == p.topic && h.kind == apns.Background })
	}
	if p.collapse != "" {
		m.keep(1, func(h *modelPush) bool { return h.topic == p.topic && h.collapse == p.collapse })
	}
	m.keep(m.rules.Storage.PerApp, func(h *modelPush) bool {
		return h.topic == p.topic && (!m.rules.Storage.CollapseSideBySide || h.collapse == p.collapse)
	})
	m.keep(m.rules.Storage.MaxPerDevice, func(*modelPush) bool { return true })
}

// ready puts p among what is sent as soon as the device has room.
func (m *model) ready(p *modelPush) {
	p.where = "ready"
	if m.limit(p) > 0 && !p.charged {
		p.charged = true
		m.spent = append(m.spent, spending{p.topic, p.kind, m.now})
	}
}

// submit reports whether p is accepted.
func (m *model) submit(p *modelPush) bool {
	if len(m.in("ready")) >= m.rules.Backlog {
		return false
	}
	m.pushes = append(m.pushes, p)
	switch cause := m.obstacle(p, false); cause {
	case "":
		m.ready(p)
		if !m.active() && m.filter[p.topic] != "non-waking" {
			m.release(true)
		}
	case broker.DropIgnored:
		m.drop(p, cause)
	default:
		m.hold(p, cause)
	}
	return true
}

// release lets go what nothing holds any more, and returns how much that is.
func (m *model) release(woken bool) (released int) {
	if !m.connected || m.filter == nil {
		return 0
	}
	if woken || m.active() {
		m.groupUntil = time.Time{}
	}
	var last *modelPush
	for _, p := range m.in("held") {
		switch cause := m.obstacle(p, woken); {
		case cause == broker.DropIgnored:
			m.drop(p, cause)
		case cause != "":
			m.wait(p, cause)
		case m.expired(p):
			m.drop(p, broker.DropExpired)
		default:
			m.ready(p)
			p.flags, last = 1, p
			released++
		}
	}
	if last != nil {
		last.flags = 3
	}
	return released
}

func (m *model) setFilter(lists map[string]string) (released int) {
	m.filter = lists
	for topic := range lists {
		delete(m.since, topic)
	}
	released = m.release(false)
	for _, p := range m.in("ready") {
		switch cause := m.obstacle(p, false); cause {
		case broker.DropIgnored:
			m.drop(p, cause)
		case broker.NotEnabled, broker.Paused:
			m.hold(p, cause)
		}
	}
	return released
}

// evermore is the end of a time that has none.
var evermore = time.Unix(1<<40, 0)

func (m *model) active() bool { return m.awakeUntil.After(m.realTime) }

func (m *model) setActive(until time.Time) {
	if !m.awakeUntil.Equal(until) {
		m.awakeUntil = until
		m.release(false)
	}
}

func (m *model) setPower(low bool) {
	if m.lowPower != low {
		m.lowPower = low
		m.release(false)
	}
	m.expire()
}

func (m *model) connect() {
	m.disconnect()
	m.connected, m.awakeUntil, m.nextID, m.stamp, m.overdue = true, evermore, 0, 0, 0
}

func (m *model) disconnect() {
	inFlight, ready := m.inFlight(), m.in("ready")
	m.connected, m.filter, m.groupUntil, m.ackBy = false, nil, time.Time{}, time.Time{}
	for _, p := range inFlight {
		m.hold(p, broker.Unacknowledged)
	}
	for _, p := range ready {
		m.hold(p, broker.Offline)
	}
}

// room says whether the device may owe one more acknowledgement: a window of them, and
// none while it owes one from 64 windows ago.
func (m *model) room() bool {
	inFlight := m.inFlight()
	return len(inFlight) == 0 || len(inFlight) < m.rules.Window && m.nextID+1-inFlight[0].id < 64*uint32(m.rules.Window)
}

// take returns what is sent, at most limit pushes.
func (m *model) take(limit int) (sent []*modelPush) {
	idle := len(m.in("in flight")) == 0
	if m.filter == nil {
		return nil
	}
	for _, p := range m.in("ready") {
		if len(sent) == limit || !m.room() {
			break
		}
		if m.expired(p) {
			m.drop(p, broker.DropExpired)
			continue
		}
		m.nextID++
		p.where, p.id = "in flight", m.nextID
		p.again = append(p.again, againBecause(p))
		p.attempts++
		sent = append(sent, p)
	}
	if idle && len(sent) > 0 {
		m.ackBy = m.realTime.Add(m.rules.AckTimeout)
	}
	return sent
}

// againBecause says why p was sent before, "" if it was not.
func againBecause(p *modelPush) broker.Cause {
	switch {
	case p.attempts == 0:
		return ""
	case p.attempts == 1 && p.restored:
		return broker.Restarted
	}
	return broker.Unacknowledged
}

// ack applies a status of the device.
func (m *model) ack(p *modelPush, status uint8) broker.AckVerdict {
	oldest := m.inFlight()[0] == p
	ends := map[uint8]broker.Cause{
		2: broker.DropNoRecipient, 3: broker.DropUnparsable, 6: broker.DropIgnored, 7: broker.DropUnknownTopic, 11: broker.DropTokenRemoved,
	}
	cause, known := ends[status]
	switch {
	case status == 0 || status == 2 && p.attempts > 1:
		p.where = "delivered"
	case known:
		m.drop(p, cause)
	default:
		m.drop(p, broker.DropRefused)
	}
	m.landed(oldest)
	if p.where == "dropped" && !p.asked && (status == 7 || status == 11) {
		return broker.RetireToken
	}
	return broker.Done
}

// landed says that a delivery flies no more, perhaps the oldest one.
func (m *model) landed(oldest bool) {
	if oldest {
		m.ackBy = m.realTime.Add(m.rules.AckTimeout)
	}
	if len(m.in("in flight")) == 0 {
		m.ackBy = time.Time{}
	}
}

// lose drops a delivery that a fault has lost.
func (m *model) lose(p *modelPush) {
	oldest := m.inFlight()[0] == p
	m.drop(p, broker.DropFault)
	m.landed(oldest)
}

// ask is what a request for the token of a topic changes.
func (m *model) ask(topic string) {
	for _, p := range m.inFlight() {
		p.asked = p.asked || p.topic == topic && !p.retired
	}
}

func (m *model) withdraw(topic string) {
	delete(m.since, topic)
	for _, p := range slices.Concat(m.in("held"), m.in("ready")) {
		if p.topic == topic {
			m.drop(p, broker.DropUnregistered)
		}
	}
	for _, p := range m.inFlight() {
		if p.topic == topic {
			p.retired, p.asked = true, false
		}
	}
	m.expire()
}

func (m *model) sweep() {
	for _, p := range m.in("held") {
		if m.expired(p) {
			m.drop(p, broker.DropExpired)
		}
	}
	for topic, since := range m.since {
		if m.rules.Storage.EnableTimeout == 0 || m.now.Sub(since) < m.rules.Storage.EnableTimeout {
			continue
		}
		delete(m.since, topic)
		newest := ""
		for _, p := range m.in("held") {
			if p.topic == topic {
				newest = p.name
				m.drop(p, broker.DropNeverEnabled)
			}
		}
		if newest != "" {
			m.removed = append(m.removed, newest)
		}
	}
	m.spent = slices.DeleteFunc(m.spent, func(s spending) bool { return m.now.Sub(s.at) >= time.Hour })
	m.release(false)
	if !m.groupUntil.IsZero() && !m.now.Before(m.groupUntil) {
		m.groupUntil = time.Time{}
		if slices.ContainsFunc(m.in("held"), func(p *modelPush) bool { return m.obstacle(p, false) == broker.Grouped }) {
			m.release(true)
		}
	}
	if m.rules.AckTimeout > 0 && !m.ackBy.IsZero() && !m.realTime.Before(m.ackBy) {
		m.ackBy = time.Time{}
		m.overdue++
	}
	m.expire()
}

// idle says that there is nothing to remember of the device.
func (m *model) idle() bool {
	return !m.connected && len(m.in("held")) == 0 && !m.lowPower && len(m.spent) == 0
}

func (m *model) expire() {
	if m.idle() {
		clear(m.since)
	}
}

// restart begins a new broker with what the old one's store has.
func (m *model) restart() {
	m.connected, m.filter, m.lowPower, m.spent = false, nil, false, nil
	m.groupUntil, m.ackBy = time.Time{}, time.Time{}
	clear(m.since)
	for _, p := range slices.Concat(m.in("held"), m.in("ready"), m.in("in flight")) {
		if p.once() {
			p.where = "lost"
		} else {
			p.where, p.charged, p.retired, p.attempts, p.restored = "kept", false, false, 1, true
		}
	}
	for _, p := range m.in("kept") {
		m.hold(p, broker.Offline)
	}
	m.expire()
}
