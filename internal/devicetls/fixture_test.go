package devicetls_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/devicetls"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

const topic = "com.example.app"

// topicHash is SHA-1 of topic: a003f1da17993ee51f2b3ceef6c6153afa8f3ec2.
var topicHash = apns.HashTopic(topic)

// A fixture is a courier with everything behind it, on a network in memory.
type fixture struct {
	t       testing.TB
	pki     *pki.PKI
	vault   *tokenvault.Vault
	broker  *broker.Broker
	journal *journal.Journal
	clock   *clock.Clock
	net     network
	log     logLines
	cfg     devicetls.Config
	pushes  int
	server  *devicetls.Server
	stop    func() // ends the courier; waits for it
}

// A network is where a courier listens and phones dial.
type network interface {
	net.Listener
	Dial(ctx context.Context) (net.Conn, error)
}

// newFixture starts a courier that ends with the test.
func newFixture(t testing.TB, edit ...func(*devicetls.Config)) *fixture {
	t.Helper()
	return newFixtureWith(t, broker.Config{}, edit...)
}

// newFixtureWith is newFixture with rules of delivery.
func newFixtureWith(t testing.TB, rules broker.Config, edit ...func(*devicetls.Config)) *fixture {
	t.Helper()
	return newFixtureOn(t, memnet.Listen(), rules, edit...)
}

// newFixtureOn is newFixtureWith on a network of one's own.
func newFixtureOn(t testing.TB, on network, rules broker.Config, edit ...func(*devicetls.Config)) *fixture {
	t.Helper()
	w := &fixture{t: t, clock: new(clock.Clock), net: on}
	w.journal = journal.New(journal.Config{Clock: w.clock})
	var err error
	w.pki, err = pki.New(pki.Options{})
	require.NoError(t, err)
	w.vault, err = tokenvault.New(tokenvault.Config{Clock: w.clock})
	require.NoError(t, err)
	rules.Clock, rules.Journal = w.clock, w.journal
	w.broker, err = broker.New(rules)
	require.NoError(t, err)
	servers, err := w.pki.NewServers(false)
	require.NoError(t, err)

	w.cfg = devicetls.Config{
		Certificate:   servers.Certificate,
		Verify:        w.pki.VerifyDevice,
		Vault:         w.vault,
		Broker:        w.broker,
		Journal:       w.journal,
		Clock:         w.clock,
		ResponseDelay: -1, // most tests are about what is answered, not when
		Log:           slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	for _, f := range edit {
		f(&w.cfg)
	}
	w.serve(w.net)
	return w
}

// serve starts a courier at a listener.
func (w *fixture) serve(ln net.Listener) {
	w.t.Helper()
	server, err := devicetls.New(w.cfg)
	require.NoError(w.t, err)
	w.server = server
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		assert.NoError(w.t, <-served)
		assert.NoError(w.t, w.broker.ConsistencyCheck())
	})
	w.t.Cleanup(w.stop)
}

// push submits a push to an address, as the provider API does, and returns its
// apns-id.
func (w *fixture) push(to broker.Address, payload string, edit ...func(*broker.Push)) string {
	w.t.Helper()
	p := w.made(to, payload)
	for _, f := range edit {
		f(p)
	}
	require.NoError(w.t, w.broker.Submit(p, nil))
	return p.ID
}

// made makes a push to an address.
func (w *fixture) made(to broker.Address, payload string) *broker.Push {
	w.pushes++
	hash := topicHash
	return &broker.Push{
		Notification: &apns.Notification{
			ID:          fmt.Sprintf("00000000-0000-4000-8000-%012x", w.pushes),
			Environment: to.Environment,
			Token:       w.vault.Issue(tokenvault.Address(to), &hash),
			Topic:       topic,
			Priority:    apns.PriorityImmediate,
			Expiration:  apns.DefaultExpiration,
			Payload:     []byte(payload),
		},
		To:   to,
		Hash: hash,
	}
}

// history tells what became of a push, in the words of the journal.
func (w *fixture) history(id string) (events []string) {
	for _, e := range w.journal.Read(0, 0).Events {
		if e.Push != nil && e.Push.ID == id {
			events = append(events, strings.TrimSuffix(e.Kind.String()+" "+e.Cause, " "))
		}
	}
	return events
}

// connectionEvents tells of the comings and goings of devices.
func (w *fixture) connectionEvents() (events []string) {
	for _, e := range w.journal.Read(0, 0).Events {
		switch e.Kind {
		case journal.Connected, journal.Disconnected:
			events = append(events, strings.TrimSuffix(e.Kind.String()+" "+e.Cause, " "))
		default:
		}
	}
	return events
}

// wantLogged checks that the log has one line for each of the given parts, and
// no other.
func (w *fixture) wantLogged(parts ...string) {
	w.t.Helper()
	lines := w.log.lines()
	if !assert.Len(w.t, lines, len(parts), "one line per failed connection: %q", lines) {
		return
	}
	for i, part := range parts {
		assert.Contains(w.t, lines[i], part)
	}
}

// logLines collects what is logged.
type logLines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logLines) lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.FieldsFunc(l.buf.String(), func(r rune) bool { return r == '\n' })
}
