package devicetls_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"io"
	"os"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// A style is one of the ways to log in.
type style struct {
	name  string
	alpn  []string
	inTLS bool // the certificate is shown in TLS, not in Connect
	want  string
}

// observed: apsd offers v3 and pack, rustpush pack and v3, pypush v3 alone; the
// other two entries still work (observed: notes of a Kotlin client's author).
var styles = []style{
	{"v3", []string{courier.ALPNv3}, false, courier.ALPNv3},
	{"v3 or pack", []string{courier.ALPNv3, courier.ALPNPack}, false, courier.ALPNv3},
	{"pack or v3", []string{courier.ALPNPack, courier.ALPNv3}, false, courier.ALPNv3},
	{"v2", []string{courier.ALPNv2}, true, courier.ALPNv2},
	{"no protocol name", nil, true, ""},
	{"pack", []string{courier.ALPNPack}, false, courier.ALPNPack},
}

var v3, v2, pack = styles[0], styles[3], styles[5]

// A frameReader is a [courier.Reader] or a [courier.PackReader].
type frameReader interface {
	Next() (courier.Frame, error)
	Buffered() bool
}

// A testDevice is one connection of a device: the protocol by hand, so that a test
// can say anything.
type testDevice struct {
	w        *fixture
	identity *pki.Identity
	style    style
	config   *tls.Config
	conn     *tls.Conn
	reader   frameReader
	packer   *courier.Packer // nil if the framing is plain
	token    []byte          // base token, once there is one
	offered  int             // client certificates the courier asked for
}

// identity issues the certificate of a new device.
func (w *fixture) identity(key crypto.Signer) *pki.Identity {
	w.t.Helper()
	identity, err := w.pki.IssueDevice(key, "")
	require.NoError(w.t, err)
	return identity
}

// dial opens a connection and performs the TLS handshake.
func (w *fixture) dial(identity *pki.Identity, st style, edit ...func(*tls.Config)) *testDevice {
	w.t.Helper()
	p := w.open(identity, st, edit...)
	require.NoError(w.t, p.handshake())
	assert.Equal(w.t, st.want, p.conn.ConnectionState().NegotiatedProtocol)
	return p
}

// testDevice opens a connection without a word of TLS.
func (w *fixture) open(identity *pki.Identity, st style, edit ...func(*tls.Config)) *testDevice {
	w.t.Helper()
	p := &testDevice{w: w, identity: identity, style: st}
	p.config = &tls.Config{ServerName: "courier.push.apple.com", RootCAs: w.pki.RootPool(), NextProtos: st.alpn}
	if st.inTLS {
		p.config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			p.offered++
			certificate := identity.TLS()
			return &certificate, nil
		}
	}
	for _, f := range edit {
		f(p.config)
	}
	raw, err := w.net.Dial(w.t.Context())
	require.NoError(w.t, err)
	w.t.Cleanup(func() { raw.Close() })
	p.conn = tls.Client(raw, p.config)
	p.reader = courier.NewReader(p.conn, courier.ReaderOptions{})
	return p
}

func (p *testDevice) handshake() error {
	if err := p.conn.HandshakeContext(p.w.t.Context()); err != nil {
		return err
	}
	if p.conn.ConnectionState().NegotiatedProtocol == courier.ALPNPack {
		p.reader, p.packer = courier.NewPackReader(p.conn, courier.ReaderOptions{}), courier.NewPacker()
	}
	return nil
}

// login opens a connection, logs in and enables the topic.
func (w *fixture) login(identity *pki.Identity) *testDevice {
	w.t.Helper()
	p := w.dial(identity, v3)
	p.connect(nil)
	p.filter()
	return p
}

// address is where pushes for the phone's first user go.
func (p *testDevice) address() broker.Address {
	return broker.Address{Device: pki.DeviceID(p.identity.Certificate)}
}

// proof makes the Connect of the phone's style.
func (p *testDevice) proof() *courier.Connect {
	m := &courier.Connect{
		Token: p.token, State: courier.StateConnect, PresenceFlags: courier.PresenceBase,
		ProtocolVersion: courier.ProtocolVersion,
	}
	if !p.style.inTLS {
		p.sign(m, p.w.clock.Now())
	}
	return m
}

// sign puts certificate, nonce and signature into a Connect.
func (p *testDevice) sign(m *courier.Connect, at time.Time) {
	p.w.t.Helper()
	var err error
	m.Certificates = p.identity.Chain
	m.Nonce, err = courier.NewNonce(at, rand.Reader)
	require.NoError(p.w.t, err)
	m.Signature, err = courier.SignNonce(rand.Reader, p.identity.Key, m.Nonce)
	require.NoError(p.w.t, err)
}

// connect sends a Connect, nil for the one of the phone's style, and wants it
// accepted.
func (p *testDevice) connect(m *courier.Connect) *courier.ConnectResponse {
	p.w.t.Helper()
	if m == nil {
		m = p.proof()
	}
	p.send(m)
	response := want[*courier.ConnectResponse](p)
	require.Equal(p.w.t, courier.ConnectAccepted, response.Status, response)
	if response.Token != nil {
		p.token = response.Token
	}
	return response
}

// filter enables the topic and wants No storage.
func (p *testDevice) filter() {
	p.w.t.Helper()
	p.send(&courier.Filter{Token: p.token, Enabled: [][]byte{topicHash[:]}})
	assert.Equal(p.w.t, p.token, want[*courier.NoStorage](p).Token)
}

// send writes messages in one piece.
func (p *testDevice) send(messages ...courier.Message) {
	p.w.t.Helper()
	p.write(p.octets(messages...))
}

// octets are what messages look like in the phone's framing.
func (p *testDevice) octets(messages ...courier.Message) (out []byte) {
	for _, m := range messages {
		if p.packer != nil {
			out = p.packer.Append(out, m)
			continue
		}
		out = m.Append(out)
	}
	return out
}

func (p *testDevice) write(b []byte) {
	p.w.t.Helper()
	_, err := p.conn.Write(b)
	require.NoError(p.w.t, err)
}

// responseTimeout is how long a response may take; in a bubble it takes no time at all.
const responseTimeout = 9 * time.Second // less than a device without a filter has

// next reads the next message.
func (p *testDevice) next() courier.Message {
	p.w.t.Helper()
	require.NoError(p.w.t, p.conn.SetReadDeadline(time.Now().Add(responseTimeout)))
	f, err := p.reader.Next()
	require.NoError(p.w.t, err, "the courier says nothing")
	f.Payload = bytes.Clone(f.Payload)
	m, err := courier.ParseFromServer(f)
	require.NoError(p.w.t, err)
	return m
}

// want reads the next message, which must be of type M.
func want[M courier.Message](p *testDevice) M {
	p.w.t.Helper()
	m := p.next()
	typed, ok := m.(M)
	require.True(p.w.t, ok, "want %T, got %v", typed, m)
	return typed
}

// wantSilence checks that the courier says nothing for a while.
func (p *testDevice) wantSilence(d time.Duration, reason string) {
	p.w.t.Helper()
	require.NoError(p.w.t, p.conn.SetReadDeadline(time.Now().Add(d)))
	f, err := p.reader.Next()
	require.ErrorIs(p.w.t, err, os.ErrDeadlineExceeded, "%s; got %v", reason, f.Command)
}

// wantClosed checks that the courier closes the connection cleanly within d: with
// close_notify and FIN, which is io.EOF here and not a broken record.
func (p *testDevice) wantClosed(d time.Duration, reason string) {
	p.w.t.Helper()
	require.NoError(p.w.t, p.conn.SetReadDeadline(time.Now().Add(d)))
	f, err := p.reader.Next()
	require.ErrorIs(p.w.t, err, io.EOF, "%s; got %v", reason, f.Command)
	p.conn.Close()
}

// ack acknowledges a notification.
func (p *testDevice) ack(n *courier.Notification, status uint8) {
	p.w.t.Helper()
	p.send(&courier.Ack{Status: status, ID: n.ID, Token: p.token})
}
