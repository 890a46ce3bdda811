package device

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"math/big"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

// The values that literal frames stand for: T is the base token, U another one, A
// the token of com.example.app, B that of com.example.other, H and G the hashes of
// the two topics.
const (
	tokenT = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	tokenU = "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
	tokenA = "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
	tokenB = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
	hashH  = "a003f1da17993ee51f2b3ceef6c6153afa8f3ec2"

	appH = "com.example.app"
	appG = "com.example.other"
)

// frames turns the notation of this file into bytes: hex, spaces ignored, the
// letters above for the values.
func frames(s string) []byte {
	s = strings.NewReplacer(" ", "", "\n", "", "\t", "",
		"T", tokenT, "U", tokenU, "A", tokenA, "B", tokenB, "H", hashH, "G", hashOf(appG)).Replace(s)
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func hashOf(topic string) string {
	h := apns.HashTopic(topic)
	return hex.EncodeToString(h[:])
}

func token(t testing.TB, s string) apns.DeviceToken {
	parsed, err := apns.ParseDeviceToken(s)
	require.NoError(t, err)
	return parsed
}

// An authority signs what the tests need.
type authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

func newAuthority(t testing.TB) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a := &authority{key: key}
	a.certificate = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a.certificate = a.sign(t, a.certificate, key.Public())
	return a
}

func (a *authority) sign(t testing.TB, template *x509.Certificate, public crypto.PublicKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, public, a.key)
	require.NoError(t, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return c
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// server gives a courier's certificate for a name.
func (a *authority) server(t testing.TB, name string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, key.Public())
	return tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key}
}

// identity gives a device certificate for a key.
func (a *authority) identity(t testing.TB, key crypto.Signer) Identity {
	c := a.sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "0A1B2C3D-0000-4000-8000-000000000001"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(3, 0, 0),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, key.Public())
	return Identity{Chain: [][]byte{c.Raw}, Key: key}
}

func newKey(t testing.TB) crypto.Signer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// A harness is a device with a courier that the test plays, in a bubble of virtual
// time.
type harness struct {
	*testing.T
	*Device
	ca       *authority
	listener *memnet.Listener
	cfg      Config
	server   *tls.Config
	stop     context.CancelFunc
	done     chan struct{}
	runErr   error

	mu     sync.Mutex
	events []Event
	steps  []Step
}

// newHarness starts a device with the app com.example.app, unless edit says
// otherwise.
func newHarness(t *testing.T, edit ...func(*harness)) *harness {
	h := &harness{T: t, ca: newAuthority(t), listener: memnet.Listen(), done: make(chan struct{})}
	h.server = &tls.Config{
		Certificates: []tls.Certificate{h.ca.server(t, "courier.push.apple.com")},
		NextProtos:   []string{courier.ALPNv3, courier.ALPNv2},
	}
	h.cfg = Config{
		Identity:  h.ca.identity(t, newKey(t)),
		RootCAs:   h.ca.pool(),
		Topics:    []string{appH},
		Keepalive: -1,
		Dial:      h.listener.Dial,
		OnEvent:   h.record,
		Trace:     func(s Step) { h.mu.Lock(); defer h.mu.Unlock(); h.steps = append(h.steps, s) },
	}
	if strings.HasSuffix(t.Name(), strings.ReplaceAll(inWorkers, " ", "_")) {
		h.cfg.Workers = NewWorkers()
	}
	for _, e := range edit {
		e(h)
	}
	d, err := New(h.cfg)
	require.NoError(t, err)
	h.Device = d
	h.begin()
	t.Cleanup(func() {
		h.halt()
		assert.NoError(t, h.listener.Close())
	})
	return h
}

// begin begins the device's life, in the form that the test is for.
func (h *harness) begin() {
	if h.cfg.Workers != nil {
		require.NoError(h, h.Start())
		h.stop = h.Stop
		go func() {
			defer close(h.done)
			h.Wait()
			h.runErr = h.fatal
			h.cfg.Workers.Close()
		}()
		return
	}
	ctx, stop := context.WithCancel(h.Context())
	h.stop = stop
	go func() {
		defer close(h.done)
		h.runErr = h.Device.Run(ctx)
	}()
}

// The forms of a device's life.
const (
	inGoroutines = "in goroutines of its own"
	inWorkers    = "in workers"
)

// inBothForms runs a test in a bubble for each form.
func inBothForms(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	for _, form := range []string{inGoroutines, inWorkers} {
		t.Run(form, func(t *testing.T) { synctest.Test(t, test) })
	}
}

// halt ends the device and waits for it.
func (h *harness) halt() {
	h.stop()
	<-h.done
}

func (h *harness) record(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

// kinds gives the kinds of all events so far, once everything has settled.
func (h *harness) kinds() []EventKind {
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	var kinds []EventKind
	for _, e := range h.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// last gives the last event of a kind.
func (h *harness) last(kind EventKind) Event {
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range h.events {
		if e := h.events[len(h.events)-1-i]; e.Kind == kind {
			return e
		}
	}
	h.Helper()
	require.Failf(h, "no such event", "%s", kind)
	return Event{}
}

// A peer is the courier's end of one connection, played by the test.
type peer struct {
	*testing.T
	conn   *tls.Conn
	reader *courier.Reader
}

// accept takes the device's next connection, up to the end of the TLS handshake.
func (h *harness) accept() *peer {
	h.Helper()
	raw, err := h.listener.Accept()
	require.NoError(h, err)
	conn := tls.Server(raw, h.server)
	require.NoError(h, conn.HandshakeContext(h.Context()))
	h.Cleanup(func() { raw.Close() })
	return &peer{T: h.T, conn: conn, reader: courier.NewReader(conn, courier.ReaderOptions{})}
}

// login accepts a connection and the login on it, issuing the base token T. It leaves
// what the device sends next unread.
func (h *harness) login() *peer {
	h.Helper()
	p := h.accept()
	p.connect()
	p.send(acceptT)
	return p
}

// ready is login with the filter and the token request of com.example.app out of the way: its token is A.
func (h *harness) ready() *peer {
	h.Helper()
	p := h.login()
	p.want(active, "the device is awake")
	p.want(filterH, "the device wants its app's topic")
	p.want(requestH, "the app has no token yet")
	p.send(issueA)
	h.wantToken(appH, tokenA)
	return p
}

// wantToken waits for an app's token, an hour at most.
func (h *harness) wantToken(topic, want string) {
	h.Helper()
	ctx, stop := context.WithTimeout(h.Context(), time.Hour)
	defer stop()
	got, err := h.Token(ctx, topic)
	require.NoError(h, err)
	require.Equal(h, want, got.String())
}

// next waits for the next notification, an hour at most.
func (h *harness) next() Notification {
	h.Helper()
	ctx, stop := context.WithTimeout(h.Context(), time.Hour)
	defer stop()
	n, err := h.Next(ctx)
	require.NoError(h, err)
	return n
}

// wantNothing makes sure that no notification waits for the app.
func (h *harness) wantNothing(because string) {
	h.Helper()
	ctx, stop := context.WithTimeout(h.Context(), time.Second)
	defer stop()
	n, err := h.Next(ctx)
	require.ErrorIs(h, err, context.DeadlineExceeded, "%s, but got %s", because, n.Payload)
}

// connect reads a Connect.
func (p *peer) connect() *courier.Connect {
	p.Helper()
	frame, err := p.reader.Next()
	require.NoError(p, err)
	frame.Payload = bytes.Clone(frame.Payload) // the message outlives the frame
	m, err := courier.ParseFromDevice(frame)
	require.NoError(p, err)
	require.IsType(p, (*courier.Connect)(nil), m)
	return m.(*courier.Connect)
}

// want reads one frame and compares its bytes.
func (p *peer) want(literal, because string) {
	p.Helper()
	frame, err := p.reader.Next()
	require.NoError(p, err, because)
	require.Equal(p, hex.EncodeToString(frames(literal)), hex.EncodeToString(frame.Append(nil)), because)
}

// wantSilence makes sure that the device sends nothing for a while.
func (p *peer) wantSilence(d time.Duration, because string) {
	p.Helper()
	require.NoError(p, p.conn.SetReadDeadline(time.Now().Add(d)))
	frame, err := p.reader.Next()
	require.ErrorIs(p, err, os.ErrDeadlineExceeded, "%s, but got %s", because, frame.Command)
}

// wantClosed makes sure that the device closes the connection in an orderly way.
func (p *peer) wantClosed(because string) {
	p.Helper()
	_, err := p.reader.Next()
	require.EqualError(p, err, "EOF", because)
}

func (p *peer) send(literals ...string) {
	p.Helper()
	var b []byte
	for _, l := range literals {
		b = append(b, frames(l)...)
	}
	_, err := p.conn.Write(b)
	require.NoError(p, err)
}

func (p *peer) close() { p.conn.Close() }

// Frames that many tests need.
const (
	acceptT = "08 00000048 01 0001 00 03 0020 T 04 0002 1000 05 0002 0002 06 0004 00000000 08 0002 3c00 0a 0008 000000dc6acfac00"
	acceptU = "08 00000048 01 0001 00 03 0020 U 04 0002 1000 05 0002 0002 06 0004 00000000 08 0002 3c00 0a 0008 000000dc6acfac00"
	accept  = "08 00000025 01 0001 00 04 0002 1000 05 0002 0002 06 0004 00000000 08 0002 3c00 0a 0008 000000dc6acfac00"
	reject  = "08 00000004 01 0001 02"

	active    = "14 0000000b 01 0001 01 02 0004 7fffffff"
	filterH   = "09 0000003a 01 0020 T 02 0014 H"
	filterHG  = "09 00000051 01 0020 T 02 0014 H 02 0014 G"
	requestH  = "11 0000003f 01 0020 T 02 0014 H 03 0002 a003"
	issueA    = "12 00000043 01 0001 00 02 0020 A 03 0014 H 04 0002 a003"
	noStorage = "0e 00000023 01 0020 T"
	hello     = "0a 00000074 01 0020 A 02 0014 H 03 0016 7b22617073223a7b22616c657274223a226869227d7d 04 0004 00000001 05 0004 69570a80 06 0008 18867251edfa0000 09 0001 00 0d 0001 0a"
	ackHello  = "0b 0000002e 08 0001 00 04 0004 00000001 01 0020 A"
)

// dialer is a Dial that always fails.
func dialer(err error) func(context.Context) (net.Conn, error) {
	return func(context.Context) (net.Conn, error) { return nil, err }
}
