package pki

import (
	"crypto"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// OpenSSL is the verifier behind Node.js, Python, Ruby and PHP, and stricter than Go about form.
func TestOpenSSLAcceptsOurCertificatesStrictly(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl on this machine")
	}
	p, dir := saved(t, Options{ExtraNames: []string{"apns.example.test", "10.1.2.3"}})
	servers := newServers(t, p, false)
	for stem, name := range map[string]string{"server": "", "sandbox": "api.sandbox.push.apple.com", "rsa": "rsa"} {
		cert, err := servers.Certificate(modernHello(name))
		if name == "rsa" {
			cert, err = servers.leaf(servers.allNames("", nil), true)
		}
		require.NoError(t, err)
		require.NoError(t, (&Identity{cert.Leaf, cert.Certificate, cert.PrivateKey.(crypto.Signer)}).Save(dir, stem))
	}
	prov, err := p.IssueProvider(ProviderRequest{Topic: "com.example.app", TeamID: "TEAM123456"})
	require.NoError(t, err)
	require.NoError(t, prov.Save(dir, "provider"))
	dev, err := p.IssueDevice(nil, "")
	require.NoError(t, err)
	require.NoError(t, dev.Save(dir, "device"))
	outside, err := parseNames([]string{"example.com"})
	require.NoError(t, err)
	stray, err := p.issueServer(outside, time.Time{}, freshEC(t))
	require.NoError(t, err)
	require.NoError(t, stray.Save(dir, "stray"))

	for _, row := range []struct {
		leaf, purpose string
		check         []string
		want          string // in the output
	}{
		{"server", "sslserver", []string{"-verify_hostname", "api.push.apple.com"}, "OK"},
		{"rsa", "sslserver", []string{"-verify_hostname", "api.push.apple.com"}, "OK"},
		{"sandbox", "sslserver", []string{"-verify_hostname", "17-courier.sandbox.push.apple.com"}, "OK"},
		{"server", "sslserver", []string{"-verify_hostname", "apns.example.test"}, "OK"},
		{"server", "sslserver", []string{"-verify_ip", "::1"}, "OK"},
		{"server", "sslserver", []string{"-verify_ip", "10.1.2.3"}, "OK"},
		{"provider", "sslclient", nil, "OK"},
		{"device", "sslclient", nil, "OK"},
		{"device", "sslserver", nil, "unsuitable certificate purpose"},
		{"provider", "sslserver", nil, "unsuitable certificate purpose"},
		{"stray", "sslserver", nil, "permitted subtree violation"},
	} {
		args := append([]string{
			"verify", "-x509_strict", "-check_ss_sig", "-purpose", row.purpose,
			"-CAfile", filepath.Join(dir, RootFile), "-untrusted", filepath.Join(dir, row.leaf+".pem"),
		}, append(row.check, filepath.Join(dir, row.leaf+".pem"))...)
		out, err := exec.CommandContext(t.Context(), openssl, args...).CombinedOutput()
		assert.Contains(t, string(out), row.want, "%v", args)
		assert.Equal(t, row.want == "OK", err == nil, "%s", out)
	}
}
