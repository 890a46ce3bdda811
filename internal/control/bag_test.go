package control_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (s *simulator) SignBag(bag []byte) ([]byte, [][]byte, error) {
	if s.rejection != nil {
		return nil, nil, s.rejection
	}
	return s.pki.SignBag(bag)
}

func bagOf(hostname string) map[string]any {
	return map[string]any{
		"APNSCourierHostcount":        2,
		"APNSCourierHostname":         hostname,
		"APNSVerifiedCourierHostname": hostname,
		"APNSCourierStatus":           true,
		"APNSBagExpiry":               900,
	}
}

const production, sandbox = "courier.push.apple.com", "courier.sandbox.push.apple.com"

// observed: apsd; pushproxy and rustpush for init-p01st
func TestTheHostDecidesWhichBagADeviceGets(t *testing.T) {
	a := newAPI(t)
	for _, row := range []struct {
		host, path string
		signed     bool
		want       string
	}{
		{"init.push.apple.com", "/bag?v=1&c=WiFi", false, production},
		{"init.sandbox.push.apple.com", "/bag?v=1&c=26201", false, sandbox},
		{"INIT.push.apple.com.:8197", "/bag?form=signed", false, production},
		{"init-p01st.push.apple.com", "/bag?v=1&c=unknown", true, production},
		{"localhost:8197", "/bag", false, production},
		{"localhost:8197", "/bag?form=bare&environment=production", false, production},
		{"localhost:8197", "/bag?environment=sandbox", false, sandbox},
		{"localhost:8197", "/bag?form=signed", true, production},
		{"localhost:8197", "/bag?form=signed&environment=sandbox", true, sandbox},
	} {
		t.Run(row.host+row.path, func(t *testing.T) {
			w := a.send(request{method: http.MethodGet, path: row.path, host: row.host})
			require.Equal(t, http.StatusOK, w.Code, w.Body)
			assert.Equal(t, "application/x-apple-plist", w.Header().Get("Content-Type"))
			assert.Equal(t, "APNS Bagger", w.Header().Get("Server"))
			assert.Equal(t, "max-age=900", w.Header().Get("Cache-Control"))
			list := readPlist(t, w.Body.String())
			if row.signed {
				list = readPlist(t, string(wantSigned(t, a, list)))
			}
			assert.Equal(t, bagOf(row.want), list)
		})
	}
}

// wantSigned checks the signature of a bag, RSA and SHA-1 over its bytes, and
// returns these.
func wantSigned(t *testing.T, a *api, list any) []byte {
	t.Helper()
	outer := list.(map[string]any)
	require.Len(t, outer, 3, "bag, certs and signature")
	inner := outer["bag"].([]byte)
	certs := outer["certs"].([]any)
	leaf, err := x509.ParseCertificate(certs[0].([]byte))
	require.NoError(t, err)
	sum := sha1.Sum(inner)
	require.NoError(t, rsa.VerifyPKCS1v15(leaf.PublicKey.(*rsa.PublicKey), crypto.SHA1, sum[:], outer["signature"].([]byte)))

	intermediates := x509.NewCertPool()
	for _, der := range certs[1:] {
		issuer, err := x509.ParseCertificate(der.([]byte))
		require.NoError(t, err)
		intermediates.AddCert(issuer)
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: a.sim.pki.RootPool(), Intermediates: intermediates})
	require.NoError(t, err)
	return inner
}

func TestABagThatCannotBeMeantIsRefused(t *testing.T) {
	a := newAPI(t)
	wantProblem(t, a.get("/bag?form=round"), http.StatusBadRequest, `form is "round"; it can be bare or signed`)
	wantProblem(t, a.get("/bag?environment=moon"), http.StatusBadRequest, `environment is "moon"; it can be production or sandbox`)
	a.sim.rejection = assert.AnError
	wantProblem(t, a.get("/bag?form=signed"), http.StatusInternalServerError, "the simulator failed")
	assert.Contains(t, a.log.String(), "write a bag")
}

func TestApplesRoutesTakeApplesMethods(t *testing.T) {
	a := newAPI(t)
	wantProblem(t, a.send(request{method: http.MethodPost, path: "/bag"}), http.StatusMethodNotAllowed, "/bag does not take POST; use GET")
	wantProblem(t, a.get("/deviceservices/deviceActivation"), http.StatusMethodNotAllowed, "use POST")
}

func TestApplesNamesLeadToApplesRoutesAlone(t *testing.T) {
	a := newAPI(t)
	for _, row := range []struct{ method, host, path string }{
		{http.MethodGet, "init.push.apple.com", "/v1/info"},
		{http.MethodGet, "init.push.apple.com", "/bag/"},
		{http.MethodGet, "courier.push.apple.com", "/bag"},
		{http.MethodGet, "albert.apple.com", "/bag"},
		{http.MethodPost, "albert.apple.com", "/v1/activation"},
		{http.MethodPost, "init.push.apple.com", "/deviceservices/deviceActivation"},
	} {
		w := a.send(request{method: row.method, path: row.path, host: row.host})
		wantProblem(t, w, http.StatusMisdirectedRequest, "the control API answers under")
	}
}
