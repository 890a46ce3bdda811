package devicetls_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// A stubbornDevice comes back whenever its connection ends, sends a keepalive now and
// then, and hands each notification to its app, but no duplicate.
type stubbornDevice struct {
	w        *fixture
	identity *pki.Identity

	token []byte
	seen  map[string]bool // topic, token and timestamp (observed: apsd)

	mu  sync.Mutex
	app map[string]int // how often the app got which payload
}

// run keeps the phone connected until done is closed.
func (p *stubbornDevice) run(done <-chan struct{}) {
	for {
		p.converse(done)
		select {
		case <-done:
			return
		case <-time.After(time.Second):
		}
	}
}

// keepaliveWait is how long a phone waits for the response to a keepalive (observed:
// apsd).
const keepaliveWait = 20 * time.Second

// converse is one connection. However it ends, another one follows.
func (p *stubbornDevice) converse(done <-chan struct{}) {
	raw, err := p.w.net.Dial(p.w.t.Context())
	if err != nil {
		return
	}
	defer raw.Close()
	conn := tls.Client(raw, &tls.Config{ServerName: "courier.push.apple.com", RootCAs: p.w.pki.RootPool(), NextProtos: v3.alpn})
	var writing sync.WaitGroup
	ended := make(chan struct{})
	defer writing.Wait()
	defer close(ended)
	writing.Go(func() {
		select {
		case <-done:
		case <-ended:
		}
		raw.Close()
	})
	if conn.Handshake() != nil {
		return
	}
	device := &testDevice{w: p.w, identity: p.identity, style: v3, token: p.token}
	if _, err := conn.Write(device.proof().Append(nil)); err != nil {
		return
	}
	reader := courier.NewReader(conn, courier.ReaderOptions{})
	var asked bool // a keepalive is not answered
	for {
		if err := conn.SetReadDeadline(time.Now().Add(keepaliveWait)); err != nil {
			return
		}
		f, err := reader.Next()
		var timeout net.Error
		var out []byte
		switch {
		case errors.As(err, &timeout) && timeout.Timeout() && !asked:
			asked = true
			out = (&courier.Keepalive{}).Append(nil)
		case err != nil:
			return
		default:
			if out = p.response(f); f.Command == courier.CmdKeepaliveResponse {
				asked = false
			}
		}
		if len(out) == 0 {
			continue
		}
		if _, err := conn.Write(out); err != nil {
			return
		}
	}
}

// answer is what the phone has to say to a frame.
func (p *stubbornDevice) response(f courier.Frame) []byte {
	m, err := courier.ParseFromServer(f)
	if !assert.NoError(p.w.t, err) {
		return nil
	}
	switch m := m.(type) {
	case *courier.ConnectResponse:
		if m.Status != courier.ConnectAccepted || m.RedirectHost != "" {
			return nil // the courier closes
		}
		if m.Token != nil {
			p.token = append([]byte(nil), m.Token...)
		}
		return (&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}}).Append(nil)
	case *courier.Notification:
		status := courier.AckDelivered
		name := fmt.Sprintf("%x %x %d", m.Topic, m.Token, m.Timestamp)
		if p.seen[name] {
			status = courier.AckNoRecipient // or a duplicate
		} else {
			p.seen[name] = true
			p.mu.Lock()
			p.app[string(m.Payload)]++
			p.mu.Unlock()
		}
		return (&courier.Ack{ID: m.ID, Status: status}).Append(nil)
	}
	return nil
}

// However much goes wrong, every push that was accepted reaches its app once, or is
// dropped by a fault, and the journal tells which.
func TestThroughAllFaultsEachPushIsDeliveredOnceOrDroppedByAFault(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed+1), func(t *testing.T) { synctest.Test(t, func(t *testing.T) { testChaos(t, seed+1) }) })
	}
}

func testChaos(t *testing.T, seed uint64) {
	const phones, pushes = 6, 400
	rate := func(p float64, a fault.Action) fault.Rule {
		return fault.Rule{When: fault.When{Probability: p}, What: a}
	}
	var engine *fault.Engine
	w := newFixtureWith(t, broker.Config{Storage: broker.Storage{PerApp: 10_000}, Window: 16}, func(c *devicetls.Config) {
		engine = fault.New(fault.Config{Seed: seed, Clock: func(string) *clock.Clock { return c.Clock }})
		c.Faults = engine
	})
	_, err := engine.Add(
		rate(0.1, fault.Action{Do: fault.Drop}),
		rate(0.1, fault.Action{Do: fault.Duplicate, Copies: 3}),
		rate(0.1, fault.Action{Do: fault.SlowPush, Delay: &fault.Latency{Min: fault.Duration(time.Millisecond), Max: fault.Duration(3 * time.Second)}}),
		rate(0.1, fault.Action{Do: fault.Reorder}),
		rate(0.1, fault.Action{Do: fault.Disconnect}),
		rate(0.2, fault.Action{Do: fault.RefuseConnection}),
		rate(0.2, fault.Action{Do: fault.SlowAccept, Delay: fixed(2 * time.Second)}),
		rate(0.2, fault.Action{Do: fault.RejectLogin}),
		rate(0.2, fault.Action{Do: fault.Redirect, Host: "localhost"}),
		rate(0.2, fault.Action{Do: fault.SlowLogin, Delay: fixed(2 * time.Second)}),
		rate(0.2, fault.Action{Do: fault.NoKeepalive}),
	)
	require.NoError(t, err)

	done := make(chan struct{})
	var running sync.WaitGroup
	var all []*stubbornDevice
	for range phones {
		p := &stubbornDevice{w: w, identity: w.identity(nil), seen: map[string]bool{}, app: map[string]int{}}
		all = append(all, p)
		running.Go(func() { p.run(done) })
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	type sent struct {
		to      *stubbornDevice
		payload string
	}
	pushed := map[string]sent{} // by apns-id
	for i := range pushes {
		one := sent{all[rng.IntN(len(all))], fmt.Sprint(i)}
		pushed[w.push((&testDevice{identity: one.to.identity}).address(), one.payload)] = one
		time.Sleep(time.Duration(rng.IntN(400)) * time.Millisecond)
	}
	for range 1000 { // what is late comes, and what was lost on the way comes again
		if s := w.broker.Stats(); s.Held+s.Ready+s.InFlight == 0 {
			break
		}
		time.Sleep(10 * time.Second)
	}
	time.Sleep(10 * time.Minute) // so that what would come once more comes
	close(done)
	running.Wait()
	w.stop()

	ends, hits := map[string]string{}, map[fault.Kind]int{}
	for _, e := range w.journal.Read(0, 0).Events {
		switch e.Kind {
		case journal.Delivered, journal.Dropped:
			require.Empty(t, ends[e.Push.ID], "each push ends once")
			ends[e.Push.ID] = e.Kind.String() + " " + e.Cause
		default:
		}
	}
	for _, state := range engine.Rules() {
		hits[state.What.Do] += state.Hits
		assert.NotZero(t, state.Hits, "%s has its part", state.What.Do)
	}
	require.Len(t, ends, pushes, "every push ends")
	delivered := 0
	for id, how := range ends {
		got := pushed[id].to.app[pushed[id].payload]
		switch how {
		case "delivered ":
			assert.Equal(t, 1, got, "the app got %s", id)
			delivered++
		case "dropped fault":
			assert.LessOrEqual(t, got, 1, "it may have come before, and its acknowledgement not")
		default:
			assert.Fail(t, "a push ended as nobody wanted", "%s: %s", id, how)
		}
	}
	assert.Equal(t, hits[fault.Drop], pushes-delivered)
	t.Logf("seed %d: %d of %d delivered; %v", seed, delivered, pushes, hits)
}
