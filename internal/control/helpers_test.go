package control_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// A simulator stands in for the real one: its certificates are valid, and it
// remembers what it was asked.
type simulator struct {
	pki       *pki.PKI
	record    any
	notReady  bool
	rejection error    // of every activation
	response  [][]byte // to every activation, if not nil

	topics []string
	team   string
	erased []apns.DeviceID
	faults *fault.Engine

	watched
	checked
}

func newSimulator(t testing.TB) *simulator {
	t.Helper()
	p, err := pki.New(pki.Options{Now: time.Now()})
	require.NoError(t, err)
	return &simulator{
		pki: p, record: map[string]string{"event": "ready"}, faults: fault.New(fault.Config{Seed: 7}),
		watched: watched{journal: journal.New(journal.Config{})},
	}
}

// addTo sets the parts that the tests of this package ask for.
func (s *simulator) addTo(p *control.Parts) {
	p.General, p.Activation, p.Apple, p.Checker = s, s, s, &s.checked
	p.Journal, p.Clock, p.Replayer, p.Faults = s.journal, new(clock.Clock), &s.watched, s.faults
}

func (s *simulator) Info() any       { return s.record }
func (s *simulator) RootPEM() []byte { return s.pki.RootPEM() }
func (s *simulator) Ready() bool     { return !s.notReady }

func (s *simulator) Credentials() (controlapi.Credentials, error) {
	return controlapi.Credentials{Team: "SIMTEAM001"}, nil
}

func (s *simulator) Activate(csr *x509.CertificateRequest, topics []string, team string) ([][]byte, error) {
	if s.rejection != nil || s.response != nil {
		return s.response, s.rejection
	}
	s.topics, s.team = topics, team
	leaf, err := s.pki.SignDevice(csr)
	return [][]byte{leaf, s.pki.DeviceCA.Certificate.Raw}, err
}

func (s *simulator) EraseDevice(id apns.DeviceID) { s.erased = append(s.erased, id) }

// An api is a control API under test.
type api struct {
	t       testing.TB
	sim     *simulator
	handler http.Handler
	log     *bytes.Buffer
}

func newAPI(t testing.TB, allowedHosts ...string) *api {
	t.Helper()
	return newAPIWith(t, control.Config{AllowedHosts: allowedHosts})
}

func newAPIWith(t testing.TB, cfg control.Config) *api {
	t.Helper()
	a := &api{t: t, sim: newSimulator(t), log: new(bytes.Buffer)}
	if cfg.Journal != nil {
		a.sim.journal = cfg.Journal
	}
	a.sim.addTo(&cfg.Parts)
	cfg.Log = slog.New(slog.NewTextHandler(a.log, nil))
	handler, err := control.New(cfg)
	require.NoError(t, err)
	a.handler = handler
	return a
}

// A request is sent to localhost unless it says otherwise.
type request struct {
	method, path, host, contentType string
	header                          map[string]string
	body                            io.Reader
}

func (a *api) send(r request) *httptest.ResponseRecorder {
	a.t.Helper()
	req := httptest.NewRequestWithContext(a.t.Context(), r.method, r.path, r.body)
	req.Host = "localhost:8197"
	if r.host != "" {
		req.Host = r.host
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, req)
	return w
}

func (a *api) get(path string) *httptest.ResponseRecorder {
	a.t.Helper()
	return a.send(request{method: http.MethodGet, path: path})
}

func (a *api) activate(contentType, body string) *httptest.ResponseRecorder {
	a.t.Helper()
	return a.send(request{
		method: http.MethodPost, path: "/v1/activation", contentType: contentType, body: strings.NewReader(body),
	})
}

// wantProblem checks the form of a rejection: RFC 9457.
func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, detail string) {
	t.Helper()
	assert.Equal(t, status, w.Code)
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
	var p struct {
		Title, Detail string
		Status        int
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	assert.Equal(t, http.StatusText(status), p.Title)
	assert.Equal(t, status, p.Status)
	assert.Contains(t, p.Detail, detail)
}

func newKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

// newCSR returns a signing request in DER.
func newCSR(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader,
		&x509.CertificateRequest{Subject: pkix.Name{CommonName: "0F1E2D3C-0000-4000-8000-000000000001"}}, key)
	require.NoError(t, err)
	return der
}

func inPEM(blockType string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: blockType, Bytes: der}))
}

func inJSON(t *testing.T, v any) string {
	t.Helper()
	body, err := json.Marshal(v)
	require.NoError(t, err)
	return string(body)
}
