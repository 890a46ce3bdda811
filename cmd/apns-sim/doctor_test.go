package main

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// examined are the findings of doctor by check.
func examined(t *testing.T, o outcome) map[string]finding {
	t.Helper()
	all := map[string]finding{}
	for _, f := range lines[finding](t, o.stdout) {
		all[f.Check] = f
		assert.True(t, f.Good || f.Found != "", f.Check)
	}
	return all
}

// around is an environment in which all is well.
func (d *driver) around() {
	d.t.Helper()
	d.t.Setenv("XDG_CACHE_HOME", d.t.TempDir())
	for _, name := range trustVariables {
		d.t.Setenv(name, "")
	}
	place := d.server.EnvVars()
	require.NoError(d.t, writeTrust(d.t.TempDir(), []byte(read(d.t, place.CAFile)), &place))
	for name, value := range place.Map() {
		d.t.Setenv(name, value)
	}
}

func TestDoctorFindsNothingWrongWhereNothingIs(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	d := &driver{t, serve(t, "--any-port", "--log-level", "warn")}
	d.around()
	all := examined(t, d.fail(exitOK, "doctor", "--json"))
	for _, check := range []string{"control API", "provider API", "provider API, sandbox", "channels", "courier", "courier, sandbox", "key", "clock", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"} {
		assert.True(t, all[check].Good, "%s: %+v", check, all[check])
	}
	for _, program := range []string{"curl", "node", "python3", "openssl"} {
		if f, tried := all[program]; tried {
			assert.True(t, f.Good, "%s: %s", program, f.Found)
		}
	}
	assert.Contains(t, d.do("doctor"), "REMEDY")
	assert.Equal(t, "0\n", d.do("count"), "the history of the user has nothing of doctor's")
	assert.Equal(t, "0\n", d.do("count", "--state", "failed"))
	assert.NotContains(t, d.server.stop().stderr, "WARN")
}

func TestDoctorIsNotAmongTheFailuresItFinds(t *testing.T) {
	d := drive(t)
	d.around()
	old := filepath.Join(initialized(t), "ca.pem") // of another simulator
	for _, name := range trustVariables {
		t.Setenv(name, old)
	}
	// The failure of somebody else stays.
	_, err := tls.Dial("tcp", strings.TrimPrefix(d.server.Provider, "https://"), &tls.Config{ServerName: "localhost"})
	require.Error(t, err)
	require.Eventually(t, func() bool { return d.do("count", "--state", "failed") == "1\n" }, time.Minute, 10*time.Millisecond)
	tried := 0
	all := examined(t, d.fail(exitFailure, "doctor", "--json"))
	for _, program := range []string{"curl", "node", "python3", "openssl"} {
		if f, found := all[program]; found {
			assert.False(t, f.Good, program)
			tried++
		}
	}
	t.Logf("%d programs tried", tried)
	assert.Equal(t, "1\n", d.do("count", "--state", "failed"))
	assert.Equal(t, "0\n", d.do("count"))
	again := examined(t, d.fail(exitFailure, "doctor", "--json"))["failures"]
	assert.Contains(t, again.Found, "1 tls-handshake;")
}

func TestDoctorTellsTheRemedyOfWhatIsWrong(t *testing.T) {
	d := drive(t)
	d.around()
	old := filepath.Join(initialized(t), "ca.pem") // of another simulator
	t.Setenv("NODE_EXTRA_CA_CERTS", old)
	t.Setenv("CURL_CA_BUNDLE", old)
	t.Setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
	t.Setenv("APNS_SIM_KEY_ID", "OTHERKEY01")
	d.do("clock", "advance", "30m")
	all := examined(t, d.fail(exitFailure, "doctor", "--json"))
	for check, want := range map[string]string{
		"NODE_EXTRA_CA_CERTS": "does not contain this simulator's root certificate",
		"REQUESTS_CA_BUNDLE":  "no such file",
		"key":                 "key OTHERKEY01 of team SIMTEAM001 rejected",
		"clock":               "30m0s ahead of this machine",
	} {
		assert.False(t, all[check].Good, check)
		assert.Contains(t, all[check].Found, want)
		assert.NotEmpty(t, all[check].Remedy, check)
	}
	if f, tried := all["curl"]; tried {
		assert.False(t, f.Good)
		assert.Contains(t, f.Remedy, "CURL_CA_BUNDLE")
		assert.Contains(t, f.Found, "cannot connect: curl: (60) ")
	}
	assert.True(t, all["SSL_CERT_FILE"].Good)
}

func TestDoctorLooksAtThePortsIfThereIsNoSimulator(t *testing.T) {
	o := invoke(t, "doctor", "--json", "--control", "http://"+free(t))
	assert.Equal(t, exitFailure, o.code)
	all := examined(t, o)
	assert.Contains(t, all["control API"].Remedy, "apns-sim serve")
	assert.Contains(t, all, "port for provider API, production")
}

func TestDoctorTellsWhoAnswersAtAnAddress(t *testing.T) {
	page := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	plain, secure := httptest.NewServer(page), httptest.NewTLSServer(page)
	defer plain.Close()
	defer secure.Close()
	assert.Equal(t, "an HTTP server", portUser(t.Context(), plain.Listener.Addr().String()))
	assert.Contains(t, portUser(t.Context(), secure.Listener.Addr().String()), "a TLS server with the certificate O=Acme Co")
	authorities, err := pki.New(pki.Options{Now: time.Now()})
	require.NoError(t, err)
	identity, err := authorities.IssueProvider(pki.ProviderRequest{Topic: "com.example.app", TeamID: "TEAM000001"})
	require.NoError(t, err)
	borrowed := httptest.NewUnstartedServer(page)
	borrowed.TLS = &tls.Config{Certificates: []tls.Certificate{identity.TLS()}}
	borrowed.StartTLS()
	defer borrowed.Close()
	assert.Contains(t, portUser(t.Context(), borrowed.Listener.Addr().String()), "UID=com.example.app", "in words")
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		if conn, err := silent.Accept(); err == nil {
			conn.Close()
		}
	}()
	assert.Equal(t, "a program that does not speak TLS", portUser(t.Context(), silent.Addr().String()))
	<-accepted
	require.NoError(t, silent.Close())
}

func TestDoctorNamesCertificatesThatEnd(t *testing.T) {
	dir := initialized(t)
	s := serve(t, "--any-port", "--certs", dir)
	certificate := func() finding {
		return examined(t, invoke(t, "doctor", "--json", "--control", s.Control))["certificates"]
	}
	assert.True(t, certificate().Good)
	secrets, err := keystore.Load(dir)
	require.NoError(t, err)
	id, err := secrets.PKI.IssueProvider(pki.ProviderRequest{Topic: "a.b", NotAfter: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	require.NoError(t, id.Save(dir, "a.b"))
	found := certificate()
	assert.False(t, found.Good)
	assert.Contains(t, found.Found, filepath.Join(dir, "a.b.pem")+" expires on")
	assert.Contains(t, found.Remedy, "apns-sim cert create")
}

func TestDoctorShowsTheLineWithTheCause(t *testing.T) {
	const curl = "curl: (60) SSL certificate problem: unable to get local issuer certificate\nMore details here: https://curl.se/docs/sslcerts.html\n\n" +
		"curl failed to verify the legitimacy of the server and therefore could not\nestablish a secure connection to it. To learn more about this situation and\nhow to fix it, please visit the webpage mentioned above.\n"
	assert.Equal(t, "curl: (60) SSL certificate problem: unable to get local issuer certificate", causeLine(curl, "curl: ("))
	assert.Equal(t, "ssl.SSLCertVerificationError: bad", causeLine("Traceback (most recent call last):\n  File\nssl.SSLCertVerificationError: bad\n", ""))
	assert.Equal(t, "the last one", causeLine("another\nthe last one\n", "curl: ("))
	assert.Empty(t, causeLine("", "curl: ("))
}
