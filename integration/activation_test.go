package integration_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An activation is what testdata/activate.py got.
type activation struct {
	Today, Sandbox, Read map[string]any
	Bag, Signature       []byte
	Certs                [][]byte
	Certificate          string // PEM
}

// activateWithPython skips the test where there is no Python.
func activateWithPython(t *testing.T, sim *simulator, key *rsa.PrivateKey) (got activation) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skipf("no python3: %v", err)
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "4A2C1F60-0000-4000-8000-000000000001"},
	}, key)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), waitTimeout)
	defer cancel()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, python, filepath.Join("testdata", "activate.py"), sim.Control)
	cmd.Stdin = bytes.NewReader(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: csr}))
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", &stderr)
	require.NoError(t, json.Unmarshal(out, &got), "%s", out)
	return got
}

// observed: pushproxy, pypush, rustpush: the bag, the activation, a certificate of
// RSA 1024 signed with SHA-1, and the login with it, in Connect and in TLS.
func TestARealDeviceFindsItsCourierActivatesAndLogsIn(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t)
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	got := activateWithPython(t, sim, key)

	for hostname, bag := range map[string]map[string]any{
		"courier.push.apple.com": got.Today, "courier.sandbox.push.apple.com": got.Sandbox,
	} {
		assert.Equal(t, map[string]any{
			"APNSCourierHostcount": 2.0, "APNSCourierHostname": hostname, "APNSVerifiedCourierHostname": hostname,
			"APNSCourierStatus": true, "APNSBagExpiry": 900.0,
		}, bag)
	}
	assert.Equal(t, got.Today, got.Read, "the signed one says the same")
	signer, err := x509.ParseCertificate(got.Certs[0])
	require.NoError(t, err)
	sum := sha1.Sum(got.Bag)
	require.NoError(t, rsa.VerifyPKCS1v15(signer.PublicKey.(*rsa.PublicKey), crypto.SHA1, sum[:], got.Signature))

	block, rest := pem.Decode([]byte(got.Certificate))
	require.NotNil(t, block)
	require.Empty(t, rest)
	leaf, err := x509.ParseCertificate(block.Bytes)
	require.NoError(t, err)
	assert.Equal(t, x509.SHA1WithRSA, leaf.SignatureAlgorithm)
	assert.Equal(t, "4A2C1F60-0000-4000-8000-000000000001", leaf.Subject.CommonName)

	nonce := binary.BigEndian.AppendUint64([]byte{0}, uint64(time.Now().UnixMilli()))
	nonce = append(nonce, 1, 2, 3, 4, 5, 6, 7, 8)
	sum = sha1.Sum(nonce)
	signature, err := key.Sign(rand.Reader, sum[:], crypto.SHA1)
	require.NoError(t, err)
	h := sim.dialCourier(t, production, v3)
	h.send(0x07, unhex(t, hello), item(0x0c, leaf.Raw), item(0x0d, nonce), item(0x0e, append([]byte{1, 1}, signature...)))
	base := h.receive(0x08).items[0x03]
	require.Len(t, base, 32, "let in by certificate, nonce and signature")

	inTLS := sim.dialCourier(t, production, "", tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key})
	inTLS.send(0x07, item(0x01, base), unhex(t, hello))
	response := inTLS.receive(0x08)
	assert.Equal(t, []byte{0}, response.items[0x01], "let in by the certificate in TLS")
	assert.NotContains(t, response.items, byte(0x03), "the same device, whose token is good")
}

// observed: apsd goes to the host of field 2 and counts that in field 17. Here the
// host leads back, and the device is let in because it counts.
func TestADeviceGoesToTheCourierItIsSentTo(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--redirect-devices", "localhost")
	p := start(t, deviceSim, "run", "--json", "--server", sim.Device, "--ca", sim.CAFile, "--control", sim.Control, "--topic", sim.Demo.Topic)
	device := &deviceProcess{process: p}
	device.await("connected")
	assert.Equal(t, sim.Demo.Topic, device.await("token").Topic)
}
