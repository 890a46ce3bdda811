package integration_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A courierClient is a device made of literal bytes: it knows the framing, which is
// command, length, and items of id, size and value, and nothing else.
type courierClient struct {
	t    testing.TB
	conn *tls.Conn
}

// A frame is a command and its items. Those that repeat are joined.
type frame struct {
	command byte
	items   map[byte][]byte
}

// unhex reads hex with spaces between.
func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	require.NoError(t, err)
	return b
}

// item is id, size and value.
func item(id byte, value []byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{id}, uint16(len(value))), value...)
}

// send writes a frame: the command, the length of the items, the items.
func (h *courierClient) send(command byte, items ...[]byte) {
	h.t.Helper()
	body := bytes.Join(items, nil)
	_, err := h.conn.Write(append(binary.BigEndian.AppendUint32([]byte{command}, uint32(len(body))), body...))
	require.NoError(h.t, err)
}

// receive waits for a frame of that command.
func (h *courierClient) receive(command byte) frame {
	h.t.Helper()
	head := make([]byte, 5)
	_, err := io.ReadFull(h.conn, head)
	require.NoError(h.t, err, "waiting for command %#x", command)
	body := make([]byte, binary.BigEndian.Uint32(head[1:]))
	_, err = io.ReadFull(h.conn, body)
	require.NoError(h.t, err)
	require.Equal(h.t, command, head[0], "command; its items: %x", body)
	f := frame{command, make(map[byte][]byte)}
	for len(body) > 0 {
		size := int(binary.BigEndian.Uint16(body[1:3]))
		f.items[body[0]] = append(f.items[body[0]], body[3:3+size]...)
		body = body[3+size:]
	}
	return f
}

// expectEnd waits for the courier to close the connection, which has to be clean,
// and does the same.
func (h *courierClient) expectEnd() {
	h.t.Helper()
	rest, err := io.ReadAll(h.conn)
	require.NoError(h.t, err)
	require.Empty(h.t, rest)
	h.conn.Close()
}

// An identity is a device certificate with its key.
type identity struct {
	key   *ecdsa.PrivateKey
	chain [][]byte // DER, the device's first
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// activate gets a device certificate from the control API.
func (s *simulator) activate(t testing.TB, topics ...string) identity {
	t.Helper()
	key := newKey(t)
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	require.NoError(t, err)
	question, err := json.Marshal(map[string]any{
		"csr":    string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr})),
		"topics": topics,
	})
	require.NoError(t, err)
	client := http.Client{Timeout: waitTimeout}
	response, err := client.Post(s.Control+"/v1/activation", "application/json", bytes.NewReader(question))
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	var activated struct{ Certificate string }
	require.NoError(t, json.NewDecoder(response.Body).Decode(&activated))

	made := identity{key: key}
	for rest := []byte(activated.Certificate); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		made.chain = append(made.chain, block.Bytes)
	}
	require.NotEmpty(t, made.chain)
	return made
}

// tls is the identity as a TLS certificate.
func (i identity) tls() tls.Certificate {
	return tls.Certificate{Certificate: i.chain, PrivateKey: i.key}
}

// proof are the fields 12, 13 and 14 of Connect: the certificates, a nonce of
// that time, and its signature with the prefix that says ECDSA P-256.
func (i identity) proof(t testing.TB, at time.Time) []byte {
	t.Helper()
	var proof []byte
	for _, certificate := range i.chain {
		proof = append(proof, item(0x0c, certificate)...)
	}
	nonce := binary.BigEndian.AppendUint64([]byte{0}, uint64(at.UnixMilli()))
	nonce = append(nonce, make([]byte, 8)...)
	_, err := rand.Read(nonce[9:])
	require.NoError(t, err)
	sum := sha256.Sum256(nonce)
	signature, err := i.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	require.NoError(t, err)
	return append(append(proof, item(0x0d, nonce)...), item(0x0e, append([]byte{1, 3}, signature...))...)
}

// dialCourier opens a connection with an ALPN offer, and perhaps a certificate.
func (s *simulator) dialCourier(t testing.TB, environment, alpn string, certificates ...tls.Certificate) *courierClient {
	t.Helper()
	config := s.trust(certificates...)
	config.ServerName = "courier.push.apple.com" // the bare name, as devices do
	if environment == sandbox {
		config.ServerName = "courier.sandbox.push.apple.com"
	}
	if alpn != "" {
		config.NextProtos = []string{alpn}
	}
	conn := dialTLS(t, s.record.device(environment), config)
	require.Equal(t, alpn, conn.ConnectionState().NegotiatedProtocol)
	return &courierClient{t, conn}
}

const v3 = "apns-security-v3"

// Items of Connect that never change: state 1, presence flags 0x41, protocol
// version 12.
const hello = "02 0001 01  05 0004 00000041  10 0002 000c"

// login performs the handshake of v3 by hand and returns the response.
func (h *courierClient) login(i identity, token []byte) frame {
	h.t.Helper()
	var known []byte
	if token != nil {
		known = item(0x01, token)
	}
	h.send(0x07, known, unhex(h.t, hello), i.proof(h.t, time.Now()))
	return h.receive(0x08)
}

// The conversation of a device, frame by frame and field by field. observed: the
// order and the fields are those of apsd, pypush and beeper.
func TestADeviceOfLiteralBytesGetsItsPush(t *testing.T) {
	t.Parallel()
	for _, environment := range []string{production, sandbox} {
		t.Run(environment, func(t *testing.T) {
			sim := startSimulator(t)
			topic := sim.Demo.Topic
			hash := sha1.Sum([]byte(topic))
			device := sim.activate(t, topic)
			h := sim.dialCourier(t, environment, v3)

			accepted := h.login(device, nil)
			base := accepted.items[0x03]
			require.Equal(t, []byte{0}, accepted.items[0x01], "status: accepted")
			require.Len(t, base, 32)
			for id, want := range map[byte]string{0x04: "1000", 0x05: "0002", 0x06: "00000000", 0x08: "3c00"} {
				assert.Equal(t, want, hex.EncodeToString(accepted.items[id]), "field %d", id)
			}
			require.Len(t, accepted.items[0x0a], 8, "the courier's time")
			stamp := time.UnixMilli(int64(binary.BigEndian.Uint64(accepted.items[0x0a])))
			assert.WithinDuration(t, time.Now(), stamp, waitTimeout)

			h.send(0x14, unhex(t, "01 0001 01  02 0004 7fffffff"))
			h.send(0x09, item(0x01, base), item(0x02, hash[:]))
			assert.Equal(t, base, h.receive(0x0e).items[0x01], "nothing is stored")

			h.send(0x11, item(0x01, base), item(0x02, hash[:]), unhex(t, "03 0002 a003"))
			made := h.receive(0x12)
			assert.Equal(t, map[byte][]byte{1: {0}, 2: made.items[2], 3: hash[:], 4: {0xa0, 0x03}}, made.items)
			token := made.items[0x02]
			require.Len(t, token, 32)
			require.NotEqual(t, base, token)

			h.send(0x0c)
			assert.Empty(t, h.receive(0x0d).items)

			payload := everyByte()
			sent := dial(t, hostPort(sim.provider(environment)), sim.trust()).send(pushTo(hex.EncodeToString(token), payload,
				field("apns-topic", topic), field("apns-priority", "5"), field("authorization", sim.demoBearer())))
			require.Equal(t, 200, sent.status, sent.body)
			push := h.receive(0x0a)
			assert.Equal(t, token, push.items[0x01])
			assert.Equal(t, hash[:], push.items[0x02])
			assert.Equal(t, payload, push.items[0x03])
			require.Len(t, push.items[0x04], 4)
			assert.Len(t, push.items[0x05], 4, "expiry")
			assert.Len(t, push.items[0x06], 8, "timestamp")
			assert.Equal(t, []byte{5}, push.items[0x0d], "priority")
			assert.Equal(t, base, push.items[0x0f])

			h.send(0x0b, unhex(t, "08 0001 00"), item(0x04, push.items[0x04]), item(0x01, token))
			h.send(0x0c) // its response says that the acknowledgement has been read
			h.receive(0x0d)

			again := sim.dialCourier(t, environment, v3)
			response := again.login(device, base)
			require.Equal(t, []byte{0}, response.items[0x01])
			require.NotContains(t, response.items, byte(0x03), "the token presented is good: no new one")
			again.send(0x09, item(0x01, base), item(0x02, hash[:]))
			again.receive(0x0e) // what was acknowledged does not come again
			h.expectEnd()       // the newest connection wins
		})
	}
}

// Without the acknowledgement the push counts as not delivered. Bit 0 of field 9
// says from storage, bit 1 the last one. observed: apsd
func TestAPushThatWasNotAcknowledgedComesAgain(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	hash := sha1.Sum([]byte(sim.Demo.Topic))
	device := sim.activate(t, sim.Demo.Topic)
	h := sim.dialCourier(t, production, v3)
	base := h.login(device, nil).items[0x03]
	h.send(0x09, item(0x01, base), item(0x02, hash[:]))
	h.receive(0x0e)
	h.send(0x11, item(0x01, base), item(0x02, hash[:]))
	token := h.receive(0x12).items[0x02]

	sent := dial(t, hostPort(sim.Provider), sim.trust(sim.demoCertificate())).send(
		pushTo(hex.EncodeToString(token), []byte(`"once more"`), field("apns-topic", sim.Demo.Topic)))
	require.Equal(t, 200, sent.status, sent.body)
	require.Equal(t, `"once more"`, string(h.receive(0x0a).items[0x03]))
	h.conn.Close() // before the acknowledgement

	again := sim.dialCourier(t, production, v3)
	again.login(device, base)
	again.send(0x09, item(0x01, base), item(0x02, hash[:]))
	push := again.receive(0x0a)
	assert.Equal(t, `"once more"`, string(push.items[0x03]))
	assert.Equal(t, []byte{3}, push.items[0x09])
}

// Status 2 with the courier's time in field 7 makes a device correct its clock
// and try again on the same connection. observed: apsd
func TestADeviceWithAWrongClockIsToldTheTime(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	device := sim.activate(t, sim.Demo.Topic)
	h := sim.dialCourier(t, production, v3)
	h.send(0x07, unhex(t, hello), device.proof(t, time.Now().Add(-24*time.Hour)))
	refused := h.receive(0x08)
	require.Equal(t, []byte{2}, refused.items[0x01])
	require.Len(t, refused.items[0x07], 8)
	now := time.UnixMilli(int64(binary.BigEndian.Uint64(refused.items[0x07])))
	h.send(0x07, unhex(t, hello), device.proof(t, now))
	require.Equal(t, []byte{0}, h.receive(0x08).items[0x01])
}

// A token that is not this device's own is replaced by one that is: the
// certificate is good, and so is the connection.
func TestATokenOfAnotherDeviceIsReplaced(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	foreign := sim.dialCourier(t, production, v3).login(sim.activate(t), nil).items[0x03]
	require.Len(t, foreign, 32)
	device := sim.activate(t)
	own := sim.dialCourier(t, production, v3).login(device, nil).items[0x03]
	for what, presented := range map[string][]byte{
		"another device's": foreign, "a changed one": flip(own, 100), "one cut short": own[:31], "nonsense": make([]byte, 32),
	} {
		got := sim.dialCourier(t, production, v3).login(device, presented)
		assert.Equal(t, []byte{0}, got.items[0x01], what)
		assert.Equal(t, own, got.items[0x03], what)
	}
}

// flip returns b with one bit changed.
func flip(b []byte, bit int) []byte {
	b = bytes.Clone(b)
	b[bit/8] ^= 1 << (bit % 8)
	return b
}
