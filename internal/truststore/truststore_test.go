package truststore_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/truststore"
)

// certificate makes a root for push.apple.com and loopback, after edit has changed it.
func certificate(t *testing.T, edit func(*x509.Certificate)) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign, PermittedDNSDomainsCritical: true,
		PermittedDNSDomains: []string{"push.apple.com"}, PermittedIPRanges: []*net.IPNet{{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}},
	}
	if edit != nil {
		edit(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func root(t *testing.T) (r truststore.Root, text []byte) {
	t.Helper()
	text = certificate(t, nil)
	r, err := truststore.ParseRoot(text)
	require.NoError(t, err)
	return r, text
}

func TestARootWithoutNameConstraintsIsRejected(t *testing.T) {
	for want, edit := range map[string]func(*x509.Certificate){
		"is not a root certificate":                func(c *x509.Certificate) { c.IsCA = false },
		"has no name constraints for host names":   func(c *x509.Certificate) { c.PermittedDNSDomains = nil },
		"has no name constraints for IP addresses": func(c *x509.Certificate) { c.PermittedIPRanges = nil },
	} {
		_, err := truststore.ParseRoot(certificate(t, edit))
		assert.ErrorContains(t, err, want)
	}
	for want, text := range map[string]string{
		"there is no certificate in PEM":              "root",
		"there is more than one certificate or a key": string(certificate(t, nil)) + string(certificate(t, nil)),
	} {
		_, err := truststore.ParseRoot([]byte(text))
		assert.ErrorContains(t, err, want)
	}
	_, err := new(truststore.System).Install(t.Context(), truststore.Root{Certificate: new(x509.Certificate)}, truststore.Stores{})
	assert.Error(t, err, "nor can it be brought in by another way")
}

// A standIn is a system whose commands are recorded and not run.
type standIn struct {
	truststore.System
	ran     []string
	content [][]byte // of the file in the arguments, as it was when the command ran
	fails   string
}

func newStandIn(t *testing.T, system string, commands ...string) *standIn {
	s := new(standIn)
	s.OS, s.Root, s.UserDir = system, t.TempDir(), t.TempDir()
	s.Run = func(_ context.Context, name string, args ...string) ([]byte, error) {
		for i, arg := range args {
			if filepath.IsAbs(arg) && strings.HasSuffix(arg, ".pem") {
				content, err := os.ReadFile(arg)
				if err != nil {
					return nil, err
				}
				s.content, args[i] = append(s.content, content), "FILE"
			}
		}
		s.ran = append(s.ran, strings.Join(append([]string{name}, args...), " "))
		if name == s.fails {
			return []byte("no permission\n"), errors.New("exit status 1")
		}
		return nil, nil
	}
	s.LookPath = func(name string) (string, error) {
		for _, known := range commands {
			if filepath.Base(name) == known {
				return name, nil
			}
		}
		return "", fs.ErrNotExist
	}
	return s
}

// do carries out a plan and returns what it steps.
func do(t *testing.T, plan *truststore.Plan, err error) (steps []string) {
	t.Helper()
	require.NoError(t, err)
	require.NoError(t, plan.Do(t.Context(), func(step string) error { steps = append(steps, step); return nil }))
	assert.Equal(t, plan.Steps(), steps, "what is done is what was planned")
	return steps
}

func TestOnMacOSAndWindowsTheSystemsCommandIsRun(t *testing.T) {
	r, text := root(t)
	block, _ := pem.Decode(text)
	for system, want := range map[string]struct{ install, uninstall []string }{
		"darwin": {
			[]string{"security add-trusted-cert -d -r trustRoot -p ssl -p basic -k /Library/Keychains/System.keychain FILE"},
			[]string{"security remove-trusted-cert -d FILE", fmt.Sprintf("security delete-certificate -Z %X /Library/Keychains/System.keychain", sha256.Sum256(block.Bytes))},
		},
		"windows": {
			[]string{"certutil -addstore -f Root FILE"},
			[]string{fmt.Sprintf("certutil -delstore Root %X", sha1.Sum(block.Bytes))},
		},
	} {
		t.Run(system, func(t *testing.T) {
			s := newStandIn(t, system)
			plan, err := s.Install(t.Context(), r, truststore.Stores{})
			steps := do(t, plan, err)
			assert.Equal(t, want.install, s.ran)
			assert.Equal(t, "run "+strings.Replace(want.install[0], "FILE", r.Name()+".pem", 1), steps[0])
			assert.Equal(t, [][]byte{text}, s.content)
			s.ran = nil
			plan, err = s.Uninstall(t.Context(), r, truststore.Stores{})
			do(t, plan, err)
			assert.Equal(t, want.uninstall, s.ran, "this root and no other")
		})
	}
}

func TestOnOtherSystemsTheRootIsAFileInTheDirectoryOfRoots(t *testing.T) {
	for _, row := range []struct{ dir, suffix, install, uninstall string }{
		{"/usr/local/share/ca-certificates", ".crt", "update-ca-certificates", "update-ca-certificates --fresh"},
		{"/etc/pki/ca-trust/source/anchors", ".pem", "update-ca-trust extract", "update-ca-trust extract"},
		{"/etc/ca-certificates/trust-source/anchors", ".crt", "update-ca-trust", "update-ca-trust"},
		{"/etc/pki/trust/anchors", ".pem", "update-ca-certificates", "update-ca-certificates --fresh"},
		{"/usr/local/etc/ssl/certs", ".pem", "certctl rehash", "certctl rehash"},
	} {
		t.Run(row.dir, func(t *testing.T) {
			r, text := root(t)
			s := newStandIn(t, "linux", "update-ca-certificates", "update-ca-trust", "certctl")
			dir := filepath.Join(s.Root, row.dir)
			require.NoError(t, os.MkdirAll(dir, 0o755))
			other := filepath.Join(dir, "other.crt")
			require.NoError(t, os.WriteFile(other, nil, 0o600))
			path := filepath.Join(dir, r.Name()+row.suffix)

			plan, err := s.Uninstall(t.Context(), r, truststore.Stores{})
			assert.Nil(t, plan)
			require.ErrorContains(t, err, "the root is not installed")

			plan, err = s.Install(t.Context(), r, truststore.Stores{})
			require.NoFileExists(t, path, "a plan does nothing")
			assert.Equal(t, []string{"write " + path, "run " + row.install}, do(t, plan, err))
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, text, content)

			plan, err = s.Uninstall(t.Context(), r, truststore.Stores{})
			assert.Equal(t, []string{"remove " + path, "run " + row.uninstall}, do(t, plan, err))
			assert.NoFileExists(t, path)
			assert.FileExists(t, other)
			assert.Equal(t, []string{row.install, row.uninstall}, s.ran)

			require.NoError(t, os.WriteFile(path, []byte("another"), 0o600))
			_, err = s.Uninstall(t.Context(), r, truststore.Stores{})
			require.ErrorContains(t, err, "has another content than the root, and is left alone")
		})
	}
}

func TestTheCopyInDebiansJavaIsRemovedToo(t *testing.T) {
	r, _ := root(t)
	s := newStandIn(t, "linux", "update-ca-certificates")
	store := filepath.Join(s.Root, "/etc/ssl/certs/java/cacerts")
	for _, dir := range []string{"/usr/local/share/ca-certificates", "/etc/ssl/certs/java"} {
		require.NoError(t, os.MkdirAll(filepath.Join(s.Root, dir), 0o755))
	}
	require.NoError(t, os.WriteFile(store, nil, 0o600))
	plan, err := s.Install(t.Context(), r, truststore.Stores{})
	do(t, plan, err)
	require.Len(t, plan.Warnings(), 1)
	assert.Contains(t, plan.Warnings()[0], "Java does not evaluate the name constraints")
	in := " -keystore " + store + " -storepass changeit -alias debian:" + r.Name() + ".pem"
	plan, err = s.Uninstall(t.Context(), r, truststore.Stores{})
	require.NoError(t, err)
	assert.Equal(t, "run keytool -delete"+in, plan.Steps()[2])

	s.fails = "keytool" // the root is not there
	plan, err = s.Uninstall(t.Context(), r, truststore.Stores{})
	require.NoError(t, err)
	assert.Len(t, plan.Steps(), 2)
}

func TestWithoutATrustStoreTheErrorSaysWhatIsMissing(t *testing.T) {
	r, _ := root(t)
	s := newStandIn(t, "linux", "update-ca-certificates")
	_, err := s.Install(t.Context(), r, truststore.Stores{})
	assert.ErrorContains(t, err, "install the package ca-certificates")
	require.NoError(t, os.MkdirAll(filepath.Join(s.Root, "/etc/pki/ca-trust/source/anchors"), 0o755))
	_, err = s.Install(t.Context(), r, truststore.Stores{})
	assert.ErrorContains(t, err, "install the package ca-certificates", "a directory without its command is not enough")
}

func TestBrowsersAndJavaAreIncludedIfAskedFor(t *testing.T) {
	r, text := root(t)
	t.Setenv("JAVA_HOME", "")
	s := newStandIn(t, "darwin", "certutil", "keytool")
	profile := filepath.Join(s.UserDir, "Library/Application Support/Firefox/Profiles/x.default")
	chromium := filepath.Join(s.UserDir, ".pki/nssdb")
	for _, dir := range []string{profile, chromium} {
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "cert9.db"), nil, 0o600))
	}
	plan, err := s.Install(t.Context(), r, truststore.Stores{NSS: true, Java: true})
	steps := do(t, plan, err)
	assert.Contains(t, strings.Join(steps, "\n"), `"sql:`+profile+`"`, "a path with a space in quotes")
	assert.Equal(t, []string{
		"certutil -d sql:" + chromium + " -A -t C,, -n " + r.Name() + " -i FILE",
		"certutil -d sql:" + profile + " -A -t C,, -n " + r.Name() + " -i FILE",
		"keytool -importcert -noprompt -cacerts -storepass changeit -alias " + r.Name() + " -file FILE",
	}, s.ran[1:])
	assert.Equal(t, [][]byte{text, text, text, text}, s.content)
	assert.Len(t, plan.Warnings(), 1, "about Java")
	s.ran = nil
	plan, err = s.Uninstall(t.Context(), r, truststore.Stores{NSS: true, Java: true})
	do(t, plan, err)
	assert.Equal(t, []string{
		"certutil -d sql:" + chromium + " -D -n " + r.Name(),
		"certutil -d sql:" + profile + " -D -n " + r.Name(),
		"keytool -delete -cacerts -storepass changeit -alias " + r.Name(),
	}, s.ran[2:])

	none := newStandIn(t, "darwin")
	_, err = none.Install(t.Context(), r, truststore.Stores{NSS: true})
	assert.ErrorContains(t, err, "certutil of NSS is not in PATH")
	_, err = none.Install(t.Context(), r, truststore.Stores{Java: true})
	assert.ErrorContains(t, err, "keytool of Java is neither in JAVA_HOME nor in PATH")
	_, err = newStandIn(t, "darwin", "certutil").Install(t.Context(), r, truststore.Stores{NSS: true})
	assert.ErrorContains(t, err, "there is no database of NSS below")
}

func TestACommandThatFailsEndsThePlanWithItsOutput(t *testing.T) {
	r, _ := root(t)
	s := newStandIn(t, "darwin")
	s.fails = "security"
	plan, err := s.Uninstall(t.Context(), r, truststore.Stores{})
	require.NoError(t, err)
	err = plan.Do(t.Context(), func(string) error { return nil })
	assert.EqualError(t, err, "run security remove-trusted-cert -d "+r.Name()+".pem: exit status 1: no permission")
	assert.Len(t, s.ran, 1)
}
