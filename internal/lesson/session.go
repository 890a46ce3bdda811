package lesson

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// Names of Apple's hosts, which the certificates of the simulator carry.
const (
	courierName         = "courier.push.apple.com"
	courierSandboxName  = "courier.sandbox.push.apple.com"
	providerName        = "api.push.apple.com"
	providerSandboxName = "api.sandbox.push.apple.com"
)

// A device is the device of the lesson: a key, a certificate and tokens.
type device struct {
	key   *ecdsa.PrivateKey
	csr   []byte // DER
	chain [][]byte
	leaf  *x509.Certificate

	base, token []byte
}

// activate makes a key and gets a certificate for it.
func (c Control) activate(ctx context.Context, team, topic string) (*device, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the device key: %w", err)
	}
	d := &device{key: key}
	if d.csr, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{}}, key); err != nil {
		return nil, fmt.Errorf("make the signing request: %w", err)
	}
	question := map[string]any{
		"csr":    string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: d.csr})),
		"topics": []string{topic}, "team": team,
	}
	var response struct {
		Certificate string `json:"certificate"`
	}
	if err := c.call(ctx, http.MethodPost, "/v1/activation", question, &response); err != nil {
		return nil, err
	}
	for rest := []byte(response.Certificate); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		d.chain = append(d.chain, block.Bytes)
	}
	if len(d.chain) == 0 {
		return nil, errors.New("activation gave no certificate")
	}
	d.leaf, err = x509.ParseCertificate(d.chain[0])
	if err != nil {
		return nil, fmt.Errorf("read the device certificate: %w", err)
	}
	return d, nil
}

// connect makes a login message with the proof of who the device is.
func (d *device) connect(now time.Time) (*courier.Connect, error) {
	nonce, err := courier.NewNonce(now, rand.Reader)
	if err != nil {
		return nil, err
	}
	signature, err := courier.SignNonce(rand.Reader, crypto.Signer(d.key), nonce)
	if err != nil {
		return nil, err
	}
	return &courier.Connect{
		Token: d.base, State: courier.StateConnect, PresenceFlags: 0x8242 | courier.PresenceWiFi,
		Interface: courier.Some(courier.InterfaceWiFi), Carrier: courier.CarrierWiFi,
		OSVersion: "26.0", OSBuild: "23A341", Hardware: "iPhone17,1",
		Certificates: d.chain, Nonce: nonce, Signature: signature, ProtocolVersion: courier.ProtocolVersion,
	}, nil
}

// A session is a connection of the device to a courier.
type session struct {
	conn   *tls.Conn
	reader *courier.Reader
	hello  []byte
}

// stepTimeout bounds each connection and each wait.
const stepTimeout = 15 * time.Second

// dialTLS opens a connection of TLS 1.3 and records its first bytes.
func dialTLS(ctx context.Context, address string, cfg *tls.Config) (*tls.Conn, []byte, error) {
	var d net.Dialer
	raw, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("connect: %w", err)
	}
	recorded := &recordingConn{Conn: raw}
	cfg.MinVersion, cfg.CurvePreferences = tls.VersionTLS13, []tls.CurveID{tls.X25519} // one key share, so that the ClientHello is short
	conn := tls.Client(recorded, cfg)
	if deadline, ok := ctx.Deadline(); ok {
		err = conn.SetDeadline(deadline)
	}
	if err == nil {
		err = conn.HandshakeContext(ctx)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("TLS handshake with %s: %w", address, err), raw.Close())
	}
	return conn, recorded.hello(), nil
}

// dialCourier connects to a courier and checks who it is.
func dialCourier(ctx context.Context, address, name string, roots *x509.CertPool) (*session, error) {
	conn, hello, err := dialTLS(ctx, address, &tls.Config{RootCAs: roots, ServerName: name, NextProtos: []string{courier.ALPNv3}})
	if err != nil {
		return nil, err
	}
	return &session{conn, courier.NewReader(conn, courier.ReaderOptions{}), hello}, nil
}

// send sends a message and gives its bytes.
func (s *session) send(m courier.Message) ([]byte, error) {
	raw := m.Append(nil)
	if _, err := s.conn.Write(raw); err != nil {
		return nil, fmt.Errorf("send %s: %w", m.Command(), err)
	}
	return raw, nil
}

// receive waits for a command and gives the frame in bytes. Others are passed over.
func (s *session) receive(want courier.Command, m courier.Message) ([]byte, error) {
	for {
		frame, err := s.reader.Next()
		if err != nil {
			return nil, fmt.Errorf("wait for %s: %w", want, err)
		}
		if frame.Command != want {
			continue
		}
		raw := frame.Append(nil)
		if err := m.Parse(raw[frameHead:]); err != nil {
			return nil, fmt.Errorf("read %s: %w", want, err)
		}
		return raw, nil
	}
}

// exchange sends a message and waits for the response.
func (s *session) exchange(m courier.Message, want courier.Command, response courier.Message) (sent, received []byte, err error) {
	if sent, err = s.send(m); err != nil {
		return nil, nil, err
	}
	received, err = s.receive(want, response)
	return sent, received, err
}

// filter enables the topic.
func (d *device) filter(topic string) *courier.Filter {
	hash := apns.HashTopic(topic)
	return &courier.Filter{Token: d.base, Enabled: [][]byte{hash[:]}}
}

// askToken asks for the token of the app.
func (d *device) askToken(topic string) *courier.TokenRequest {
	hash := apns.HashTopic(topic)
	return &courier.TokenRequest{BaseToken: d.base, Topic: hash[:], AppID: hash[:2]}
}

// login logs the device in, without showing it.
func (d *device) login(s *session, topic string, now time.Time) error {
	connect, err := d.connect(now)
	if err != nil {
		return err
	}
	var response courier.ConnectResponse
	if _, _, err := s.exchange(connect, courier.CmdConnectResponse, &response); err != nil {
		return err
	}
	if response.Status != courier.ConnectAccepted {
		return fmt.Errorf("the courier rejected the login with status %d: %s", response.Status, response.RejectionReason)
	}
	if len(response.Token) > 0 {
		d.base = response.Token
	}
	if _, err := s.send(d.filter(topic)); err != nil {
		return err
	}
	var token courier.TokenResponse
	if _, _, err := s.exchange(d.askToken(topic), courier.CmdTokenResponse, &token); err != nil {
		return err
	}
	d.token = token.Token
	return nil
}
