package control_test

import (
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// wantDevice reads the response to an activation: a chain that the simulator's
// own courier would accept.
func (a *api) wantDevice(w *httptest.ResponseRecorder) *x509.Certificate {
	a.t.Helper()
	require.Equal(a.t, http.StatusOK, w.Code, w.Body.String())
	require.Equal(a.t, "application/json", w.Header().Get("Content-Type"))
	var response struct {
		Certificate string
		Device      apns.DeviceID
	}
	require.NoError(a.t, json.Unmarshal(w.Body.Bytes(), &response))

	var chain []*x509.Certificate
	for rest := []byte(response.Certificate); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			require.Empty(a.t, rest)
			break
		}
		require.Equal(a.t, "CERTIFICATE", block.Type)
		certificate, err := x509.ParseCertificate(block.Bytes)
		require.NoError(a.t, err)
		chain = append(chain, certificate)
	}
	require.Len(a.t, chain, 2, "the device's certificate and its issuer's")
	identity, err := a.sim.pki.VerifyDevice(chain, time.Now())
	require.NoError(a.t, err)
	assert.Equal(a.t, apns.DeviceID(identity.ID), response.Device)
	return chain[0]
}

func TestActivationGivesADeviceCertificateAndRegistersApps(t *testing.T) {
	a := newAPI(t)
	key := newKey(t, elliptic.P256())
	leaf := a.wantDevice(a.activate("application/json; charset=utf-8", inJSON(t, map[string]any{
		"csr":    inPEM("CERTIFICATE REQUEST", newCSR(t, key)),
		"topics": []string{"com.example.app", "com.example.app.voip"},
		"team":   "TEAM123456",
	})))
	assert.True(t, key.PublicKey.Equal(leaf.PublicKey))
	assert.Equal(t, "0F1E2D3C-0000-4000-8000-000000000001", leaf.Subject.CommonName)
	assert.Equal(t, []string{"com.example.app", "com.example.app.voip"}, a.sim.topics)
	assert.Equal(t, "TEAM123456", a.sim.team)
}

func TestASigningRequestAloneIsAnActivationToo(t *testing.T) {
	der := newCSR(t, newKey(t, elliptic.P256()))
	rows := []struct{ name, contentType, body string }{
		{"pkcs10 in PEM", "application/pkcs10", inPEM("CERTIFICATE REQUEST", der)},
		{"pkcs10 in DER", "application/pkcs10", string(der)}, // RFC 5967
		{"pem file", "application/x-pem-file", inPEM("CERTIFICATE REQUEST", der)},
		{"old header", "application/x-pem-file", inPEM("NEW CERTIFICATE REQUEST", der)},
		{"text before", "application/x-pem-file", "Certificate Request:\n" + inPEM("CERTIFICATE REQUEST", der)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			a := newAPI(t)
			a.wantDevice(a.activate(row.contentType, row.body))
			assert.Empty(t, a.sim.topics)
			assert.Empty(t, a.sim.team, "the default team")
		})
	}
}

func TestDevicesMayHaveAnRSAKey(t *testing.T) {
	a := newAPI(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	a.wantDevice(a.activate("application/x-pem-file", inPEM("CERTIFICATE REQUEST", newCSR(t, key))))
}

func TestTheSameKeyIsTheSameDevice(t *testing.T) {
	a := newAPI(t)
	key := newKey(t, elliptic.P256())
	device := func() string {
		w := a.activate("application/pkcs10", string(newCSR(t, key)))
		a.wantDevice(w)
		var response map[string]string
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &response))
		return response["device"]
	}
	first := device()
	assert.Equal(t, first, device(), "activated again, it keeps its tokens")
}

func TestADeviceSaysWhichOneItWasBeforeItWasErased(t *testing.T) {
	a := newAPI(t)
	order := map[string]any{"csr": inPEM("CERTIFICATE REQUEST", newCSR(t, newKey(t, elliptic.P256()))), "replaces": "0123456789abcdef"}
	a.sim.rejection = errors.New("there is no team")
	wantProblem(t, a.activate("application/json", inJSON(t, order)), http.StatusUnprocessableEntity, "there is no team")
	assert.Empty(t, a.sim.erased, "there is no other device in its place")
	a.sim.rejection = nil
	a.wantDevice(a.activate("application/json", inJSON(t, order)))
	assert.Equal(t, []apns.DeviceID{{1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}}, a.sim.erased)
}

func TestAnUnreadableActivationIsRefused(t *testing.T) {
	csr := inPEM("CERTIFICATE REQUEST", newCSR(t, newKey(t, elliptic.P256())))
	rows := []struct {
		name, contentType, body string
		status                  int
		detail                  string
	}{
		{"no type", "", csr, 415, `the content type is ""; send application/json`},
		{"what curl -d sends", "application/x-www-form-urlencoded", csr, 415, "application/x-pem-file"},
		{"unreadable type", "application/json/x;", csr, 415, "send application/json"},
		{"no JSON", "application/json", csr, 400, `send {"csr":"<PEM>"`},
		{"unknown member", "application/json", `{"CSR2":""}`, 400, `unknown field "CSR2"`},
		{"wrong kind", "application/json", `{"topics":"com.example.app"}`, 400, "the body is not what is expected"},
		{"two objects", "application/json", `{}{}`, 400, "something follows the JSON object"},
		{"no request", "application/json", `{"topics":["com.example.app"]}`, 400, "there is no certificate signing request"},
		{"empty", "application/pkcs10", "", 400, "openssl req -new"},
		{"too long", "application/json", `{"csr":"` + strings.Repeat("A", 64<<10) + `"}`, 413, "longer than 65536 bytes"},
		{"text", "application/x-pem-file", "hello", 422, "cannot be read"},
		{"a certificate", "application/x-pem-file", inPEM("CERTIFICATE", []byte{0}), 422, "the PEM block is a CERTIFICATE, not"},
		{"a key", "application/x-pem-file", inPEM("PRIVATE KEY", []byte{0}), 422, "the PEM block is a PRIVATE KEY, not"},
		{
			"topic", "application/json", inJSON(t, map[string]any{"csr": csr, "topics": []string{"com.example.app", "com.example.*"}}),
			422, `topics[1] is "com.example.*"; a topic is a bundle ID`,
		},
		{
			"replaced", "application/json", inJSON(t, map[string]any{"csr": csr, "replaces": "me"}),
			422, `replaces is "me"; the id of a device is 16 hex digits`,
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			a := newAPI(t)
			wantProblem(t, a.activate(row.contentType, row.body), row.status, row.detail)
		})
	}
}

func TestALongBodyIsReadToItsLimitAndNoFurther(t *testing.T) {
	a := newAPI(t)
	body := "{" + strings.Repeat(" ", 64<<10-2) + "}"
	require.Len(t, body, 64<<10)
	wantProblem(t, a.activate("application/json", body), http.StatusBadRequest, "there is no certificate signing request")
	wantProblem(t, a.activate("application/json", body+" "), http.StatusRequestEntityTooLarge, "send less")
}

func TestABodyThatEndsEarlyIsRefused(t *testing.T) {
	a := newAPI(t)
	w := a.send(request{method: http.MethodPost, path: "/v1/activation", contentType: "application/json", body: brokenReader{}})
	wantProblem(t, w, http.StatusBadRequest, "the body ended early: connection reset")
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("connection reset") }

func TestAWeakOrUnknownKeyIsRefusedWithTheRemedy(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	rows := []struct {
		name   string
		csr    []byte
		detail string
	}{
		{"RSA 1024", newCSR(t, weak), "the RSA key has 1024 bits; use at least 2048, or EC P-256"},
		{"P-384", newCSR(t, newKey(t, elliptic.P384())), "the EC key is on P-384; use P-256"},
		{"Ed25519", newCSR(t, edwards), "the key is of type ed25519.PublicKey; use EC P-256, or RSA of at least 2048 bits"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			a := newAPI(t)
			wantProblem(t, a.activate("application/pkcs10", string(row.csr)), http.StatusUnprocessableEntity, row.detail)
		})
	}
}

// A key is measured before a signature is checked with it: the work grows with the
// square of its length.
func TestAKeyThatIsTooLongIsRefusedWhateverItsSignature(t *testing.T) {
	csr := hugeCSR(t)
	a := newAPI(t)
	wantProblem(t, a.activate("application/pkcs10", string(csr)), http.StatusUnprocessableEntity,
		"the RSA key has 16384 bits; use at most 4096, or EC P-256")
	wantProblem(t, a.albert(urlencoded, form(activationInfo(asData(inPEM("CERTIFICATE REQUEST", csr))))), http.StatusUnprocessableEntity,
		"the RSA key has 16384 bits; use at most 4096, or EC P-256")
}

// hugeCSR is a signing request of RFC 2986 over an RSA key of 16384 bits, with
// nobody's signature.
func hugeCSR(t *testing.T) []byte {
	t.Helper()
	modulus := new(big.Int).Lsh(big.NewInt(1), 1<<14-1)
	spki, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: modulus.SetBit(modulus, 0, 1), E: 1<<31 - 1})
	require.NoError(t, err)
	type info struct {
		Version    int
		Subject    pkix.RDNSequence
		Key        asn1.RawValue
		Attributes []asn1.RawValue `asn1:"tag:0"`
	}
	der, err := asn1.Marshal(struct {
		Info      info
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{
		info{Key: asn1.RawValue{FullBytes: spki}},
		pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, Parameters: asn1.NullRawValue},
		asn1.BitString{Bytes: make([]byte, 1<<11), BitLength: 1 << 14},
	})
	require.NoError(t, err)
	return der
}

// RFC 2986, 3: the signature proves that the client has the key.
func TestARequestForAnothersKeyIsRefused(t *testing.T) {
	a := newAPI(t)
	csr := newCSR(t, newKey(t, elliptic.P256()))
	i := strings.Index(string(csr), "0F1E2D3C")
	require.Positive(t, i)
	csr[i]++ // the name was changed after signing
	wantProblem(t, a.activate("application/pkcs10", string(csr)), http.StatusUnprocessableEntity,
		"is not signed with its own key")
}

func TestWhatTheSimulatorRefusesTheCallerGetsToRead(t *testing.T) {
	a := newAPI(t)
	a.sim.rejection = errors.New("there is no team TEAM123456; create it first")
	wantProblem(t, a.activate("application/pkcs10", string(newCSR(t, newKey(t, elliptic.P256())))),
		http.StatusUnprocessableEntity, "there is no team TEAM123456; create it first")
}

func TestACertificateThatIsNoneIsAFaultOfOurs(t *testing.T) {
	for name, chain := range map[string][][]byte{"no certificate": {}, "no DER": {{0x30}}} {
		t.Run(name, func(t *testing.T) {
			a := newAPI(t)
			a.sim.response = chain
			wantProblem(t, a.activate("application/pkcs10", string(newCSR(t, newKey(t, elliptic.P256())))),
				http.StatusInternalServerError, "its log says why")
			assert.Contains(t, a.log.String(), "level=ERROR")
		})
	}
}
