package main

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki/p12"
)

func TestACertificateIsMadeInBothFormsOfProviders(t *testing.T) {
	dir := initialized(t)
	secrets, err := keystore.Load(dir)
	require.NoError(t, err)
	for _, tc := range []struct {
		topic, args         string
		password            string
		production, sandbox bool
	}{
		{"com.example.both", "", "simulator", true, true},
		{"com.example.production", "--environment production --password secret", "secret", true, false},
		{"com.example.sandbox", "--environment sandbox --legacy-p12", "simulator", false, true},
		{"com.example.rsa", "--rsa --team OTHERTEAM1", "simulator", true, true},
	} {
		t.Run(tc.topic, func(t *testing.T) {
			output := succeed(t, append([]string{"cert", "create", "--certs", dir, "--topic", tc.topic}, strings.Fields(tc.args)...)...)
			stem := filepath.Join(dir, tc.topic)
			require.Equal(t, []string{stem + ".pem", stem + ".p12"}, paths(output))
			assert.Contains(t, output, tc.password, "nobody can guess it")
			wantMode(t, stem+".pem", 0o600)
			wantMode(t, stem+".p12", 0o600)

			pair, err := tls.LoadX509KeyPair(stem+".pem", stem+".pem")
			require.NoError(t, err)
			identity, err := p12.Decode([]byte(read(t, stem+".p12")), tc.password)
			require.NoError(t, err)
			assert.Equal(t, pair.Certificate[0], identity.Certificate.Raw, "the same in both")

			chain, err := x509.ParseCertificates(slices.Concat(identity.Chain...))
			require.NoError(t, err)
			provider, err := secrets.PKI.VerifyProvider(chain, time.Now())
			require.NoError(t, err)
			assert.Equal(t, tc.production, provider.Production)
			assert.Equal(t, tc.sandbox, provider.Sandbox)
			assert.True(t, provider.Allows(tc.topic))
			_, isRSA := identity.Key.(*rsa.PrivateKey)
			assert.Equal(t, strings.Contains(tc.args, "--rsa"), isRSA)
		})
	}
}

func TestACertificateIsNotMadeOfNonsenseNorOverAnother(t *testing.T) {
	dir := initialized(t)
	root := read(t, filepath.Join(dir, "ca.pem"))
	for _, tc := range []struct{ args, want string }{
		{"--topic ../ca", `--topic is "../ca"; write a bundle ID`},
		{"--topic com.example.new --legacy-p12 --rc2-p12", "cannot be combined"},
		{"--topic com.example.new --service telegram", "telegram"},
	} {
		o := invoke(t, append([]string{"cert", "create", "--certs", dir}, strings.Fields(tc.args)...)...)
		assert.Equal(t, exitUsage, o.code, tc.args)
		assert.Contains(t, o.stderr, tc.want)
	}
	assert.Equal(t, root, read(t, filepath.Join(dir, "ca.pem")))
}

func TestASecondCertificateForATopicHasANumber(t *testing.T) {
	dir := initialized(t)
	root := read(t, filepath.Join(dir, "ca.pem"))
	for i, tc := range []struct{ args, stem string }{
		{"--topic com.example.app", "com.example.app"},
		{"--topic com.example.app --service voip", "com.example.app-2"},
		{"--topic com.example.app --environment sandbox --rc2-p12", "com.example.app-3"},
		{"--topic ca", "ca-2"},
	} {
		output := succeed(t, append([]string{"cert", "create", "--certs", dir}, strings.Fields(tc.args)...)...)
		stem := filepath.Join(dir, tc.stem)
		assert.Equal(t, []string{stem + ".pem", stem + ".p12"}, paths(output), i)
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "com.example.app.pem")))
	output := succeed(t, "cert", "create", "--certs", dir, "--topic", "com.example.app")
	assert.Contains(t, output, "com.example.app-4.pem", "where one of both is there, neither is replaced")
	assert.Equal(t, root, read(t, filepath.Join(dir, "ca.pem")))
}
