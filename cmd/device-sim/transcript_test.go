package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/device"
)

// fixedCertificate is the same at each run: Ed25519 signs without chance.
func fixedCertificate(t *testing.T, name string, dns ...string) *x509.Certificate {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: dns,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: validFrom, NotAfter: validTo,
	}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	require.NoError(t, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return c
}

// fixedPassages is a handshake in which nothing is left to chance.
func fixedPassages(t *testing.T) []entry {
	c := newTranscriber([]string{demo})
	hash := apns.HashTopic(demo)
	leaf := fixedCertificate(t, "0A1B2C3D-0000-4000-8000-000000000001")
	server := fixedCertificate(t, "courier.push.apple.com", "courier.push.apple.com")
	var all []entry
	add := func(p entry) { all = append(all, p) }
	frame := func(from courier.Direction, m courier.Message) {
		raw := m.Append(nil)
		add(c.frame(device.TappedFrame{From: from, Raw: raw, Plain: courier.Frame{Command: m.Command(), Payload: raw[frameHead:]}}))
	}
	step := func(s device.Step) {
		p, ok := c.step(s)
		require.True(t, ok)
		add(p)
	}
	c.part = "The device gets its certificate"
	add(c.identity("Activation", "A note that is long enough to be broken into two lines, because a terminal is not as wide as a thought.", leaf))
	c.part = "The device logs in for the first time"
	step(device.StepTCP{Remote: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5223}})
	step(device.StepTLS{ServerName: "courier.push.apple.com", State: tls.ConnectionState{
		Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256, NegotiatedProtocol: courier.ALPNv3,
		PeerCertificates: []*x509.Certificate{server}, VerifiedChains: [][]*x509.Certificate{{server, leaf}},
	}})
	frame(courier.FromDevice, &courier.Connect{
		State: courier.StateConnect, Interface: courier.Some(courier.InterfaceWiFi), Carrier: courier.CarrierWiFi,
		Certificates: [][]byte{leaf.Raw, server.Raw}, Nonce: unhex("000000019b76daa8000102030405060708"),
		Signature: unhex("0103300602010102010230"), ProtocolVersion: 12,
	})
	frame(courier.FromServer, &courier.ConnectResponse{Token: unhex(baseToken), MaxMessage: 4096, Field5: 2, LargeMessage: 15360, ServerTime: 1767225600000})
	frame(courier.FromDevice, &courier.Filter{Token: unhex(baseToken), Enabled: [][]byte{hash[:], hashOf("com.example.unknown")}})
	frame(courier.FromServer, &courier.Notification{
		Token: unhex(appToken), Topic: hash[:], Payload: []byte("{\"aps\":{\"alert\":\"hi\u001b\"}}"), ID: 1, Expiry: 1767312000,
		Timestamp: 1767225600000000001, Priority: 10, Extra: []courier.Item{{ID: 99, Value: []byte{1}}},
	})
	packed := courier.Keepalive{}
	add(c.frame(device.TappedFrame{From: courier.FromDevice, Raw: unhex("0c00"), Plain: courier.Frame{Command: packed.Command()}}))
	add(c.frame(device.TappedFrame{From: courier.FromServer, Raw: unhex("0e0000000201ff"), Plain: courier.Frame{Command: courier.CmdNoStorage, Payload: unhex("01ff")}}))
	return all
}

func TestTranscriptPutsBytesBesideTheirMeaning(t *testing.T) {
	var out strings.Builder
	text := &transcriptText{page{sink: sink{w: &out, failed: func(err error) { assert.NoError(t, err) }}}}
	for _, p := range fixedPassages(t) {
		text.entry(p)
	}
	assert.NotContains(t, out.String(), "\x1b", "a payload cannot drive the terminal")
	goldenFile(t, "transcript.txt", out.String())
}

func TestPageNeedsNothingBesideItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.html")
	all := fixedPassages(t)
	require.NoError(t, writePage(path, transcriptPage{Server: "127.0.0.1:5223", Environment: "production", Entries: all}))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	page := string(content)
	assert.NotContains(t, page, "<script")
	assert.NotContains(t, page, "src=")
	assert.NotContains(t, page, "@import")
	assert.NotContains(t, page, "ZgotmplZ", "the template engine took nothing for dangerous")
	for _, link := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		require.True(t, strings.HasPrefix(link[1], "#p"), link[1])
		assert.Contains(t, page, `id="`+link[1][1:]+`"`, "each arrow leads to its frame")
	}
	for _, p := range all {
		if p.Raw != nil {
			assert.Contains(t, page, spaced(p.Raw), "the whole frame is there")
		}
	}
	assert.Equal(t, 6, strings.Count(page, "marker-end"), "an arrow for each frame")
	goldenFile(t, "transcript.html", page)
}

func TestPageThatCannotBeWrittenIsAnError(t *testing.T) {
	err := writePage(filepath.Join(t.TempDir(), "no", "page.html"), transcriptPage{})
	assert.ErrorContains(t, err, "--html: open")
}

// The words of the transcript stand beside names of package courier; this is what holds
// the two together.
func TestEveryMeaningIsOfAFieldThatExists(t *testing.T) {
	for key, names := range meanings {
		parse := courier.ParseFromDevice
		if key.from == courier.FromServer {
			parse = courier.ParseFromServer
		}
		m, err := parse(courier.Frame{Command: key.command})
		require.NoError(t, err)
		v := reflect.ValueOf(m).Elem()
		for _, field := range v.Fields() {
			fill(field)
		}
		raw := m.Append(nil)
		all, err := courier.Annotate(courier.Frame{Command: key.command, Payload: raw[frameHead:]}, key.from)
		require.NoError(t, err)
		known := make(map[string]bool)
		for _, a := range all {
			known[a.Name] = true
		}
		for name := range names {
			assert.True(t, known[name], "%s has no field %s", key.command, name)
		}
		assert.NotEmpty(t, frameNotes[key], key.command)
	}
}

// fill gives a field some value that is not left out.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		if v.Type().Elem().Kind() == reflect.Slice {
			v.Index(0).Set(reflect.MakeSlice(v.Type().Elem(), 1, 1))
		}
	case reflect.Struct:
		v.FieldByName("Set").SetBool(true)
	default:
		v.SetUint(1)
	}
}
