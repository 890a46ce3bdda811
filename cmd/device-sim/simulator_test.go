package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// Tokens that the scripted courier gives.
const (
	baseToken = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	appToken  = "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
	demo      = "com.example.demo"
)

// A simulator is what the test plays: a control API that signs, and a courier that
// follows a script.
type simulator struct {
	*testing.T
	root        *x509.Certificate
	key         crypto.Signer
	listener    net.Listener
	tls         *tls.Config
	control     *httptest.Server
	activations []activation
}

func newSimulator(t *testing.T) *simulator {
	s := &simulator{T: t}
	var err error
	s.key, err = newKey("ec")
	require.NoError(t, err)
	s.root = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Scripted TEST Root"},
		NotBefore: validFrom, NotAfter: validTo, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	s.root = s.sign(s.root, s.key.Public())

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	server := s.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "courier.push.apple.com"},
		DNSNames:  []string{"courier.push.apple.com", "courier.sandbox.push.apple.com"},
		NotBefore: validFrom, NotAfter: validTo, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, key.Public())
	s.tls = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{server.Raw}, PrivateKey: key}},
		NextProtos:   []string{courier.ALPNv3, courier.ALPNv2}, ClientAuth: tls.RequestClientCert,
	}
	s.listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { s.listener.Close() })

	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/ca.pem", s.responseRoot)
	mux.HandleFunc("POST /v1/activation", s.activate)
	s.control = httptest.NewServer(mux)
	t.Cleanup(s.control.Close)
	return s
}

var (
	validFrom = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	validTo   = time.Date(2070, 1, 1, 0, 0, 0, 0, time.UTC)
)

func (s *simulator) sign(template *x509.Certificate, public crypto.PublicKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, s.root, public, s.key)
	require.NoError(s, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(s, err)
	return c
}

func (s *simulator) rootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.root.Raw})
}

func (s *simulator) responseRoot(w http.ResponseWriter, _ *http.Request) {
	_, err := w.Write(s.rootPEM())
	assert.NoError(s, err)
}

// activate answers as the control API does.
func (s *simulator) activate(w http.ResponseWriter, r *http.Request) {
	var asked activation
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.activations = append(s.activations, asked)
	block, _ := pem.Decode([]byte(asked.CSR))
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil || csr.CheckSignature() != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	leaf := s.sign(&x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "0A1B2C3D-0000-4000-8000-000000000001"},
		NotBefore: validFrom, NotAfter: validTo,
	}, csr.PublicKey)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})
	assert.NoError(s, json.NewEncoder(w).Encode(activated{string(certificate), "0011223344556677"}))
}

// flags point a device at the simulator.
func (s *simulator) flags(more ...string) []string {
	return append([]string{"run", "--server", s.listener.Addr().String(), "--control", s.control.URL}, more...)
}

// A running device-sim.
type running struct {
	stdin          *io.PipeWriter
	stop           context.CancelFunc
	code           chan int
	stdout, stderr strings.Builder
}

// start runs device-sim with what a script has in it.
func (s *simulator) start(args ...string) *running {
	return s.startAt(false, args...)
}

// startAt runs device-sim, at a terminal or with a script.
func (s *simulator) startAt(terminal bool, args ...string) *running {
	return s.startWith(args, func(std *streams) { std.inTerminal = terminal })
}

// startWith runs device-sim with streams that edit has changed.
func (s *simulator) startWith(args []string, edit func(*streams)) *running {
	ctx, stop := context.WithCancel(s.Context())
	r := &running{stop: stop, code: make(chan int, 1)}
	std := testStreams(&r.stdout, &r.stderr)
	std.stdin, r.stdin = io.Pipe()
	edit(&std)
	go func() { r.code <- run(ctx, args, std) }()
	return r
}

// types types lines.
func (r *running) types(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		_, err := io.WriteString(r.stdin, line+"\n")
		require.NoError(t, err, line)
	}
}

// done types lines and returns when they have been done: a line is read when the one
// before it has been.
func (r *running) done(t *testing.T, lines ...string) {
	t.Helper()
	r.types(t, append(lines, "# read")...)
}

// end ends it as a signal would.
func (r *running) end() (code int, stdout, stderr string) {
	r.stop()
	return r.wait()
}

// wait waits until it ends by itself.
func (r *running) wait() (code int, stdout, stderr string) {
	defer r.stop()
	return <-r.code, r.stdout.String(), r.stderr.String()
}

func testStreams(stdout, stderr *strings.Builder) streams {
	return streams{stdout: stdout, stderr: stderr, now: func() time.Time {
		return time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	}}
}

// A session is the courier's end of one connection.
type session struct {
	*simulator
	conn   *tls.Conn
	reader *courier.Reader
}

// accept takes the next connection and its Connect.
func (s *simulator) accept() (*session, *courier.Connect) {
	raw, err := s.listener.Accept()
	require.NoError(s, err)
	s.Cleanup(func() { raw.Close() })
	c := &session{simulator: s, conn: tls.Server(raw, s.tls)}
	c.reader = courier.NewReader(c.conn, courier.ReaderOptions{})
	connect, ok := c.read().(*courier.Connect)
	require.True(s, ok)
	return c, connect
}

// read gives the next message of the device.
func (c *session) read() courier.Message {
	frame, err := c.reader.Next()
	require.NoError(c, err)
	m, err := courier.ParseFromDevice(frame)
	require.NoError(c, err)
	return m
}

func (c *session) send(messages ...courier.Message) {
	var b []byte
	for _, m := range messages {
		b = m.Append(b)
	}
	_, err := c.conn.Write(b)
	require.NoError(c, err)
}

// login accepts with a base token, or without if there is none to issue, and reads
// what follows, up to the filter.
func (c *session) login(base string) {
	c.send(&courier.ConnectResponse{Token: unhex(base), MaxMessage: 4096, Field5: 2, LargeMessage: 15360, ServerTime: 1767225600000})
	require.IsType(c, (*courier.ActiveState)(nil), c.read())
	require.IsType(c, (*courier.Filter)(nil), c.read())
}

// issue answers one token request.
func (c *session) issue(token string) {
	request, ok := c.read().(*courier.TokenRequest)
	require.True(c, ok)
	c.send(&courier.TokenResponse{Token: unhex(token), Topic: request.Topic, AppID: request.AppID})
}

// push sends a notification for the demo app and waits for its ack.
func (c *session) push(n courier.Notification) *courier.Ack {
	hash := apns.HashTopic(demo)
	n.Token, n.Topic = unhex(appToken), hash[:]
	c.send(&n)
	m := c.read()
	for m.Command() == courier.CmdKeepalive {
		m = c.read()
	}
	ack, ok := m.(*courier.Ack)
	require.True(c, ok, "%v", m)
	require.Equal(c, n.ID, ack.ID)
	return ack
}

func unhex(s string) []byte {
	if s == "" {
		return nil
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func newServerConn(s *simulator, raw net.Conn) *tls.Conn { return tls.Server(raw, s.tls) }
