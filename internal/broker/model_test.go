package broker_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/store"
)

// A modelPush is a push as the model sees it: where it is, in one word.
type modelPush struct {
	name, topic string
	expires     time.Time // zero: one attempt
	where       string    // held, ready, flying, delivered, dropped
	id          uint32    // while flying
}

// A model does what the broker should do, for one device and the default
// storage rule, without regard to speed.
type model struct {
	now       time.Time
	connected bool
	enabled   map[string]bool // nil before the filter
	nextID    uint32
	pushes    []*modelPush
}

func (m *model) in(where string) (found []*modelPush) {
	for _, p := range m.pushes {
		if p.where == where {
			found = append(found, p)
		}
	}
	return found
}

// hold keeps p, or drops it; the newest push of a topic replaces the others.
func (m *model) hold(p *modelPush) {
	if !p.expires.After(m.now) {
		p.where = "dropped"
		return
	}
	p.where = "held"
	held := slices.DeleteFunc(m.in("held"), func(h *modelPush) bool { return h.topic != p.topic })
	for _, older := range held[:len(held)-1] {
		older.where = "dropped"
	}
}

func (m *model) submit(p *modelPush) {
	m.pushes = append(m.pushes, p)
	if m.connected && m.enabled[p.topic] {
		p.where = "ready"
		return
	}
	m.hold(p)
}

func (m *model) filter(enabled map[string]bool) {
	m.enabled = enabled
	for _, p := range m.pushes {
		switch {
		case p.where == "held" && enabled[p.topic] && !p.expires.After(m.now):
			p.where = "dropped"
		case p.where == "held" && enabled[p.topic]:
			p.where = "ready"
		case p.where == "ready" && !enabled[p.topic]:
			m.hold(p)
		}
	}
}

func (m *model) disconnect() {
	m.connected, m.enabled = false, nil
	for _, p := range m.pushes {
		if p.where == "flying" || p.where == "ready" {
			m.hold(p)
		}
	}
}

func (m *model) take(limit int) (names []string) {
	for _, p := range m.in("ready") {
		if len(names) == limit {
			break
		}
		if !p.expires.IsZero() && !p.expires.After(m.now) {
			p.where = "dropped"
			continue
		}
		m.nextID++
		p.where, p.id = "flying", m.nextID
		names = append(names, p.name)
	}
	return names
}

func (m *model) sweep() {
	for _, p := range m.in("held") {
		if !p.expires.After(m.now) {
			p.where = "dropped"
		}
	}
}

func TestTheBrokerBehavesAsItsModel(t *testing.T) {
	topics := []string{"a", "b", "c"}
	rapid.Check(t, func(t *rapid.T) {
		c := new(clock.Clock)
		base := c.Now()
		j := journal.New(journal.Config{Clock: c})
		b, err := broker.New(broker.Config{Clock: c, Journal: j, Store: new(store.Memory)})
		require.NoError(t, err)
		m := &model{now: base}
		var p *peer

		attach := func() {
			p = new(peer)
			p.Route = b.Attach(phone, p)
			m.disconnect()
			m.connected, m.nextID = true, 0
		}
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				push := &modelPush{name: fmt.Sprint(len(m.pushes)), topic: rapid.SampledFrom(topics).Draw(t, "topic")}
				n := &apns.Notification{ID: push.name, Topic: push.topic, Payload: []byte(push.name)}
				if life := rapid.SampledFrom([]time.Duration{0, time.Hour, 48 * time.Hour}).Draw(t, "life"); life > 0 {
					n.Expiration = apns.Expiration(m.now.Add(life).Unix())
					push.expires = time.Unix(int64(n.Expiration), 0)
				}
				require.NoError(t, b.Submit(&broker.Push{Notification: n, To: phone, Hash: apns.HashTopic(n.Topic)}))
				m.submit(push)
			},
			"connect": func(*rapid.T) { attach() },
			"disconnect": func(*rapid.T) {
				if p != nil {
					p.Detach()
					p = nil
					m.disconnect()
				}
			},
			"filter": func(t *rapid.T) {
				if p == nil {
					return
				}
				enabled := make(map[string]bool)
				var chosen []string
				for _, topic := range topics {
					if rapid.Bool().Draw(t, topic) {
						enabled[topic] = true
						chosen = append(chosen, topic)
					}
				}
				p.enable(chosen...)
				m.filter(enabled)
			},
			"take": func(t *rapid.T) {
				if p == nil {
					return
				}
				limit := rapid.IntRange(1, 5).Draw(t, "limit")
				var got []string
				for _, d := range p.Take(make([]broker.Delivery, 0, limit)) {
					got = append(got, string(d.Push.Payload))
				}
				require.Equal(t, m.take(limit), got)
			},
			"ack": func(t *rapid.T) {
				flying := m.in("flying")
				if p == nil || len(flying) == 0 {
					return
				}
				f := rapid.SampledFrom(flying).Draw(t, "which")
				status := rapid.SampledFrom([]uint8{0, 3}).Draw(t, "status")
				push, verdict := p.Ack(f.id, status)
				require.Equal(t, broker.Settled, verdict)
				require.Equal(t, f.name, push.ID)
				f.where = map[uint8]string{0: "delivered", 3: "dropped"}[status]
			},
			"time": func(t *rapid.T) {
				d := time.Duration(rapid.IntRange(1, 30).Draw(t, "hours")) * time.Hour
				c.Advance(d)
				m.now = m.now.Add(d)
				b.Sweep()
				m.sweep()
			},
			"": func(t *rapid.T) { requireAgreement(t, b, j, m) },
		})
	})
}

// requireAgreement compares all that can be seen from outside.
func requireAgreement(t *rapid.T, b *broker.Broker, j *journal.Journal, m *model) {
	require.NoError(t, b.ConsistencyCheck())
	stats := b.Stats()
	require.Equal(t, len(m.in("held")), stats.Held, "held")
	require.Equal(t, len(m.in("ready")), stats.Ready, "ready")
	require.Equal(t, len(m.in("flying")), stats.InFlight, "in flight")
	ends := make(map[string]int)
	for _, e := range j.Read(0, 0).Events {
		if e.Kind == journal.Delivered || e.Kind == journal.Dropped {
			ends[e.Push.ID+" "+e.Kind.String()]++
		}
	}
	for _, p := range m.pushes {
		if p.where == "delivered" || p.where == "dropped" {
			require.Equal(t, 1, ends[p.name+" "+p.where], "push %s ends once, %s", p.name, p.where)
			delete(ends, p.name+" "+p.where)
		}
	}
	require.Empty(t, ends, "no other push has ended")
}
