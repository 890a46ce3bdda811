package provider

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/memnet"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/store"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

const (
	team     = "TEAM000001"
	bundleID = "com.example.app"
)

var device = apns.DeviceID{1, 2, 3, 4, 5, 6, 7, 8}

// A fixture is one team with a key and an app, one device that has the app, and what a
// server needs to serve them.
type fixture struct {
	t       testing.TB
	clock   *clock.Clock
	pki     *pki.PKI
	auth    *providerauth.Registry
	vault   *tokenvault.Vault
	journal *journal.Journal
	broker  *fakeBroker
	keys    map[string]*ecdsa.PrivateKey
	cfg     Config
	server  *Server // the one that serve has started

	authorization string // of every good request
}

// A fakeBroker keeps what was submitted, or rejects it.
type fakeBroker struct {
	mu     sync.Mutex
	pushes []*broker.Push
	err    error

	stored  []*broker.Push                     // of which the provider was told so
	storing func(*broker.Push, *store.Pending) // begins to store the record; nil is memory
}

func (b *fakeBroker) Submit(p *broker.Push, pending *store.Pending) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	b.pushes = append(b.pushes, p)
	if b.storing != nil {
		b.storing(p, pending)
	}
	return nil
}

// NotStored reports whether the push was submitted, and forgets it.
func (b *fakeBroker) NotStored(p *broker.Push) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := len(b.pushes)
	b.pushes = slices.DeleteFunc(b.pushes, func(q *broker.Push) bool { return q == p })
	return len(b.pushes) < before
}

// Stored notes the push.
func (b *fakeBroker) Stored(p *broker.Push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stored = append(b.stored, p)
}

func (b *fakeBroker) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

// last returns the newest push that was submitted, and forgets all.
func (b *fakeBroker) last(t testing.TB) *broker.Push {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.NotEmpty(t, b.pushes, "nothing was submitted")
	p := b.pushes[len(b.pushes)-1]
	b.pushes = nil
	return p
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	w := &fixture{t: t, clock: new(clock.Clock), broker: new(fakeBroker), keys: map[string]*ecdsa.PrivateKey{}}
	w.useRegistry(providerauth.Config{})
	var err error
	w.pki, err = pki.New(pki.Options{})
	require.NoError(t, err)
	w.vault, err = tokenvault.New(tokenvault.Config{Clock: w.clock})
	require.NoError(t, err)
	w.journal = journal.New(journal.Config{Clock: w.clock})
	servers, err := w.pki.NewServers(false)
	require.NoError(t, err)
	w.cfg = Config{
		Auth: w.auth, Vault: w.vault, Broker: w.broker, Certificate: servers.Certificate,
		VerifyProvider: w.pki.VerifyProvider, Journal: w.journal, Clock: w.clock,
	}
	return w
}

// useRegistry gives the fixture a registry with other rules.
func (w *fixture) useRegistry(cfg providerauth.Config) {
	w.t.Helper()
	cfg.Clock = w.clock
	w.auth = providerauth.New(cfg)
	w.cfg.Auth = w.auth
	w.addKey(providerauth.Key{ID: "KEY0000001", TeamID: team})
	require.NoError(w.t, w.auth.AddApp(team, bundleID))
	w.authorization = w.bearer(team, "KEY0000001")
}

func (w *fixture) addKey(k providerauth.Key) {
	w.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(w.t, err)
	k.Public = &private.PublicKey
	require.NoError(w.t, w.auth.AddTeam(k.TeamID))
	require.NoError(w.t, w.auth.AddKey(k))
	w.keys[k.ID] = private
}

// bearer is an authorization header with a fresh token.
func (w *fixture) bearer(team, key string) string { return w.bearerAt(team, key, w.clock.Now()) }

func (w *fixture) bearerAt(team, key string, at time.Time) string {
	w.t.Helper()
	token, err := providerauth.Sign(w.keys[key], key, team, at)
	require.NoError(w.t, err)
	return "bearer " + token
}

// token returns the token of the device for a topic in production, or its base token.
func (w *fixture) token(topic string) string { return w.tokenIn(apns.Production, topic) }

func (w *fixture) tokenIn(env apns.Environment, topic string) string {
	address := tokenvault.Address{Environment: env, Device: device}
	if topic == "" {
		return w.vault.Issue(address, nil).String()
	}
	hash := apns.HashTopic(topic)
	return w.vault.Issue(address, &hash).String()
}

// acceptable is a request that is accepted in production.
func (w *fixture) good() *call {
	return &call{
		method: "POST", path: devicePath + w.token(bundleID), authority: "localhost",
		fields: []field{
			{apns.HeaderAuthorization, w.authorization},
			{apns.HeaderTopic, bundleID},
			{apns.HeaderPushType, "alert"},
		},
		body: []byte(`{"aps":{"alert":"hello"}}`),
	}
}

// serve starts a server on a network in memory; it stops with the test.
func (w *fixture) serve() *memnet.Listener {
	w.t.Helper()
	ln := memnet.Listen()
	w.serveOn(ln)
	return ln
}

// serveOn is serve on a network of one's own.
func (w *fixture) serveOn(ln net.Listener) {
	w.t.Helper()
	server, err := New(w.cfg)
	require.NoError(w.t, err)
	w.server = server
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx, ln) }()
	w.t.Cleanup(func() {
		cancel()
		require.NoError(w.t, <-served)
	})
}

// dial connects to a fresh server as most clients do.
func (w *fixture) dial() *client {
	w.t.Helper()
	return w.dialTLS(w.serve(), &tls.Config{NextProtos: []string{"h2"}})
}
