package loadgen

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

const (
	appA = "com.example.a"
	appB = "com.example.b"
)

// A bubble is a fleet in virtual time, with a courier that takes every login and issues
// every token.
type bubble struct {
	*testing.T
	listener *memnet.Listener
	root     *x509.Certificate
	key      crypto.Signer
	server   *tls.Config
	record   bytes.Buffer
	cfg      Config

	serving sync.WaitGroup
	mu      sync.Mutex
	conns   map[int]*courierConn // by the number of the login
	issued  int
}

// A courierConn is the courier's end of a connection.
type courierConn struct {
	raw  net.Conn
	conn *tls.Conn
	acks chan uint8
}

func newBubble(t *testing.T, count int) *bubble {
	key, err := newKey()
	require.NoError(t, err)
	b := &bubble{T: t, listener: memnet.Listen(), key: key, conns: make(map[int]*courierConn)}
	b.root = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Root"},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	b.root = b.sign(b.root, key.Public())
	serverKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	leaf := b.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{"courier.push.apple.com"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, serverKey.Public())
	b.server = &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.Raw}, PrivateKey: serverKey}},
		NextProtos:   []string{courier.ALPNv3}, MinVersion: tls.VersionTLS13,
	}
	roots := x509.NewCertPool()
	roots.AddCert(b.root)
	b.cfg = Config{
		Count: count, Seed: 1, Record: &b.record,
		Device: device.Config{Topics: []string{appA}, RootCAs: roots, Keepalive: -1},
		Activate: func(_ context.Context, key crypto.Signer, _ apns.DeviceID) (device.Identity, error) {
			leaf := b.sign(&x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "device"}}, key.Public())
			return device.Identity{Chain: [][]byte{leaf.Raw}, Key: key}, nil
		},
		Dial: func(ctx context.Context, _ int, _ string) (net.Conn, error) { return b.listener.Dial(ctx) },
	}
	b.serving.Go(b.serve)
	return b
}

func (b *bubble) sign(template *x509.Certificate, public crypto.PublicKey) *x509.Certificate {
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
	der, err := x509.CreateCertificate(rand.Reader, template, b.root, public, b.key)
	require.NoError(b, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(b, err)
	return c
}

// serve takes connections until the listener is closed.
func (b *bubble) serve() {
	for {
		raw, err := b.listener.Accept()
		if err != nil {
			return
		}
		b.serving.Go(func() {
			defer raw.Close()
			b.serveConn(&courierConn{raw: raw, conn: tls.Server(raw, b.server), acks: make(chan uint8, 100)})
		})
	}
}

// serveConn answers a device until it leaves.
func (b *bubble) serveConn(c *courierConn) {
	reader := courier.NewReader(c.conn, courier.ReaderOptions{})
	for {
		frame, err := reader.Next()
		if err != nil {
			return
		}
		message, err := courier.ParseFromDevice(frame)
		if !assert.NoError(b, err) {
			return
		}
		var response courier.Message
		switch m := message.(type) {
		case *courier.Connect:
			token := sha256.Sum256(m.Certificates[0])
			response = &courier.ConnectResponse{Token: token[:], MaxMessage: 4096, LargeMessage: 15360}
			b.mu.Lock()
			b.conns[len(b.conns)] = c
			b.mu.Unlock()
		case *courier.TokenRequest:
			b.mu.Lock()
			b.issued++
			token := sha256.Sum256(append(bytes.Clone(m.BaseToken), byte(b.issued), byte(b.issued>>8)))
			b.mu.Unlock()
			response = &courier.TokenResponse{Token: token[:], Topic: m.Topic, AppID: m.AppID}
		case *courier.Ack:
			c.acks <- m.Status
			continue
		default:
			continue
		}
		if _, err := c.conn.Write(response.Append(nil)); err != nil {
			return
		}
	}
}

// run runs the fleet until it ends by itself or the time is up, and gives its account.
func (b *bubble) run(d time.Duration, during ...func(*Fleet)) Summary {
	b.Helper()
	f, err := New(b.cfg)
	require.NoError(b, err)
	ctx, stop := context.WithTimeout(b.Context(), d)
	defer stop()
	var beside sync.WaitGroup
	for _, do := range during {
		beside.Go(func() { do(f) })
	}
	require.NoError(b, f.Run(ctx))
	beside.Wait()
	require.NoError(b, b.listener.Close())
	b.serving.Wait()
	return f.Summary()
}

// entries gives the record.
func (b *bubble) entries(event string) (some []Entry) {
	b.Helper()
	for line := range bytes.Lines(b.record.Bytes()) {
		var e Entry
		require.NoError(b, json.Unmarshal(line, &e))
		if e.Event == event {
			some = append(some, e)
		}
	}
	return some
}

func TestScriptDisturbsAndStopsTheFleet(t *testing.T) { synctest.Test(t, testScriptDisturbsAndStops) }

func testScriptDisturbsAndStops(t *testing.T) {
	const count = 20
	b := newBubble(t, count)
	var err error
	b.cfg.Script, err = ParseScript(strings.NewReader(`
at 10s disconnect 25%
at 11s sleep 10
at 20s connect all
at 30s rotate 3
at 40s erase 2
at 1m stop
`))
	require.NoError(t, err)
	var mu sync.Mutex
	var were []apns.DeviceID
	sign := b.cfg.Activate
	b.cfg.Activate = func(ctx context.Context, key crypto.Signer, was apns.DeviceID) (device.Identity, error) {
		if was != (apns.DeviceID{}) {
			mu.Lock()
			defer mu.Unlock()
			were = append(were, was)
		}
		return sign(ctx, key, was)
	}
	s := b.run(time.Hour, func(f *Fleet) {
		time.Sleep(15 * time.Second)
		assert.EqualValues(t, count-5, f.Summary().Connected, "a quarter is away")
		time.Sleep(10 * time.Second)
		assert.EqualValues(t, count, f.Summary().Connected, "all are back")
	})
	assert.InDelta(t, 60, s.Seconds, 1, "the script says when it is over")
	assert.Equal(t, map[string]int64{"disconnect": 5, "sleep": 10, "connect": 20, "rotate": 3, "install": 3, "erase": 2}, s.Actions)
	assert.EqualValues(t, count+5+2, s.Logins, "those who were away and those who were erased come back")
	assert.EqualValues(t, count, s.Tokens)
	assert.Len(t, b.entries("tokenDropped"), 3+2, "a token is given up with its app or its device")
	devices := make(map[apns.DeviceID]bool)
	for _, e := range b.entries("token") {
		devices[e.Device] = true
	}
	assert.Len(t, devices, count+2, "an erased device comes back as another")
	assert.Len(t, were, 2, "which says whom it replaces")
	for _, was := range were {
		assert.True(t, devices[was])
	}
}

func TestRampIsKept(t *testing.T) { synctest.Test(t, testRampIsKept) }
func testRampIsKept(t *testing.T) {
	b := newBubble(t, 20)
	b.cfg.Ramp = Ramp{PerSecond: 2}
	s := b.run(time.Minute, func(f *Fleet) {
		time.Sleep(5*time.Second + 100*time.Millisecond)
		assert.EqualValues(t, 11, f.Summary().Started, "one at once, then two a second")
		assert.Equal(t, "connecting", f.Summary().Phase)
		time.Sleep(10 * time.Second)
		assert.Equal(t, "running", f.Summary().Phase)
	})
	assert.EqualValues(t, 20, s.Logins)
}

// The time of a script counts from the first login on, whatever the ramp.
func TestScriptGoesOnWhileDevicesStart(t *testing.T) {
	synctest.Test(t, testScriptGoesOnWhileDevicesStart)
}

func testScriptGoesOnWhileDevicesStart(t *testing.T) {
	b := newBubble(t, 20)
	b.cfg.Ramp = Ramp{Within: 2 * time.Minute}
	var err error
	b.cfg.Script, err = ParseScript(strings.NewReader("at 5s churn vanish=1/s\nat 10s churn vanish=5/s\nat 20s disconnect 1\nat 30s stop\n"))
	require.NoError(t, err)
	s := b.run(time.Hour)
	assert.InDelta(t, 30, s.Seconds, 1)
	assert.EqualValues(t, 1, s.Actions["disconnect"])
	assert.Less(t, s.Started, int64(20), "they are still starting")
}

func TestRatesOfAScriptAreTakenUpWhenAllDevicesHaveStarted(t *testing.T) {
	synctest.Test(t, testRatesOfAScriptAreTakenUpLater)
}

func testRatesOfAScriptAreTakenUpLater(t *testing.T) {
	b := newBubble(t, 4)
	b.cfg.Ramp = Ramp{Within: time.Minute}
	var err error
	b.cfg.Script, err = ParseScript(strings.NewReader("at 1s churn reset=5/s\nat 2s churn disconnect=1/s\nat 2m stop\n"))
	require.NoError(t, err)
	s := b.run(time.Hour)
	assert.Zero(t, s.Actions["reset"], "newer rates have taken their place")
	assert.Positive(t, s.Actions["disconnect"])
}

func TestChurnEndsWithEverybodyBack(t *testing.T) { synctest.Test(t, testChurnEndsWithEverybodyBack) }

func testChurnEndsWithEverybodyBack(t *testing.T) {
	b := newBubble(t, 30)
	var err error
	b.cfg.Device.Topics = []string{appA, appB}
	b.cfg.Churn, err = ParseChurn("disconnect=3/s,vanish=2/s,reset=1/s,rotate=1/s,erase=0.5/s,sleep=1/s")
	require.NoError(t, err)
	b.cfg.Script, err = ParseScript(strings.NewReader("at 1m churn off\nat 70s stop"))
	require.NoError(t, err)
	s := b.run(time.Hour, func(f *Fleet) {
		time.Sleep(65 * time.Second)
		now := f.Summary()
		assert.EqualValues(t, 30, now.Connected, "churn undoes what it does")
		assert.EqualValues(t, 60, now.Tokens)
		assert.Len(t, f.Tokens(), 60)
	})
	for _, name := range ChurnNames() {
		assert.Positive(t, s.Actions[name], name)
	}
	assert.Equal(t, s.Actions["sleep"], s.Actions["wake"])
	assert.Equal(t, s.Actions["rotate"], s.Actions["install"])
	assert.Equal(t, s.Actions["disconnect"]+s.Actions["vanish"]+s.Actions["reset"], s.Actions["connect"])
	assert.Zero(t, s.Lost+s.GivenUp+s.ConnectFailures, "all of it was the devices' own will")
	held := make(map[apns.DeviceToken]int)
	for _, e := range b.entries("token") {
		held[e.DeviceToken]++
	}
	for _, e := range b.entries("tokenDropped") {
		held[e.DeviceToken]--
	}
	living := 0
	for token, n := range held {
		require.True(t, n == 0 || n == 1, "the record tells when %s was good", token)
		living += n
	}
	assert.Equal(t, 60, living)
}

func TestPushThatComesTwiceIsADuplicate(t *testing.T) {
	synctest.Test(t, testPushThatComesTwiceIsADuplicate)
}

func testPushThatComesTwiceIsADuplicate(t *testing.T) {
	b := newBubble(t, 1)
	s := b.run(time.Minute, func(f *Fleet) {
		time.Sleep(time.Second)
		tokens := f.Tokens()
		if !assert.Len(t, tokens, 1) {
			return
		}
		hash, token := apns.HashTopic(appA), []byte(tokens[0].DeviceToken)
		began := uint64(time.Now().UnixNano())
		b.mu.Lock()
		c := b.conns[0]
		b.mu.Unlock()
		for i, payload := range []string{`{"id":1}`, `{"id":2}`, `{"id":1}`, `{}`, `{}`} {
			n := courier.Notification{Token: token, Topic: hash[:], ID: uint32(i), Timestamp: began + uint64(i), Payload: []byte(payload)}
			_, err := c.conn.Write(n.Append(nil))
			assert.NoError(t, err)
			assert.Equal(t, courier.AckDelivered, <-c.acks)
		}
		again := courier.Notification{Token: token, Topic: hash[:], ID: 9, Timestamp: began, Payload: []byte(`{"id":1}`)}
		_, err := c.conn.Write(again.Append(nil))
		assert.NoError(t, err)
		assert.Equal(t, courier.AckNoRecipient, <-c.acks, "a device knows a timestamp again; its app never sees it")
	})
	assert.EqualValues(t, 5, s.Received)
	assert.EqualValues(t, 1, s.Duplicates, "another timestamp, the same name; what has no name is not looked at")
	assert.Equal(t, map[uint8]int64{courier.AckNoRecipient: 1}, s.ByStatus)
	entries := b.entries("notification")
	require.Len(t, entries, 5)
	assert.Equal(t, []bool{false, false, true, false, false}, []bool{
		entries[0].Duplicate, entries[1].Duplicate, entries[2].Duplicate, entries[3].Duplicate, entries[4].Duplicate,
	})
	assert.JSONEq(t, "1", string(entries[2].ID))
	assert.Equal(t, "{}", string(entries[4].PayloadBase64))
	assert.Len(t, b.entries("rejected"), 1)
}
