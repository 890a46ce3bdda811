package main

import (
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/apns-sim/apns-sim/internal/keystore"
)

// paths reads the first column of what a command has printed.
func paths(stdout string) (list []string) {
	for line := range strings.Lines(stdout) {
		path, _, _ := strings.Cut(line, "\t")
		list = append(list, path)
	}
	return list
}

func TestInitMakesWhatServeNeedsAndSaysWhereItIs(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by", "init")
	made := paths(succeed(t, "ca", "init", "--certs", dir, "--name", "apns.test,10.0.0.7"))
	assert.Equal(t, []string{
		filepath.Join(dir, "ca.pem"),
		filepath.Join(dir, "keys", "SIMTEAM001", "AuthKey_SIMKEY0001.p8"),
		filepath.Join(dir, "provider.pem"),
	}, made)
	for _, path := range made {
		assert.FileExists(t, path)
	}
	s := serve(t, "--any-port", "--certs", dir, "--name", "apns.test")
	assert.Equal(t, []string{s.CAFile, s.DefaultTeam.KeyFile, s.DefaultTeam.CertificateFile}, made)
}

func TestInitReplacesNothingUnlessForced(t *testing.T) {
	dir := initialized(t)
	root := filepath.Join(dir, "ca.pem")
	before := read(t, root)

	o := invoke(t, "ca", "init", "--certs", dir)
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, root+" already exists; --force")
	assert.Equal(t, before, read(t, root))

	succeed(t, "ca", "init", "--certs", dir, "--force")
	assert.NotEqual(t, before, read(t, root))
	_, err := keystore.Load(dir)
	assert.NoError(t, err, "all of it was replaced")
}

func TestInitThatCannotWriteOrIsGivenNonsenseFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	o := invoke(t, "ca", "init", "--certs", file)
	assert.Equal(t, exitFailure, o.code)
	assert.Contains(t, o.stderr, file)

	o = invoke(t, "ca", "init", "--certs", t.TempDir(), "--name", "https://apns")
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, `"https://apns"`)
}

func TestShowGivesTheRootForEveryKindOfClient(t *testing.T) {
	dir := initialized(t)
	root := read(t, filepath.Join(dir, "ca.pem"))
	assert.Equal(t, root, succeed(t, "ca", "show", "--certs", dir), "to pipe it on")

	out := filepath.Join(t.TempDir(), "root.pem")
	output := succeed(t, "ca", "show", "--certs", dir, "--out", out)
	assert.Equal(t, root, read(t, out))
	wantMode(t, out, 0o644)
	block, _ := pem.Decode([]byte(root))
	assert.Equal(t, fmt.Sprintf("%s\tSHA-256 %X\n", out, sha256.Sum256(block.Bytes)), output, "as browsers and keytool show it")

	out = filepath.Join(t.TempDir(), "root.p12")
	succeed(t, "ca", "show", "--certs", dir, "--format", "p12", "--out", out, "--password", "secret")
	trusted, err := pkcs12.DecodeTrustStore([]byte(read(t, out)), "secret")
	require.NoError(t, err)
	require.Len(t, trusted, 1)
	assert.Equal(t, block.Bytes, trusted[0].Raw)

	o := invoke(t, "ca", "show", "--certs", dir, "--format", "p12")
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, "set a file with --out")
}

func TestCommandsThatNeedCertsSayHowToGetThem(t *testing.T) {
	for _, command := range []string{"ca show", "key create", "key list", "cert create --topic com.example.app"} {
		o := invoke(t, append(strings.Fields(command), "--certs", t.TempDir())...)
		assert.Equal(t, exitUsage, o.code, command)
		assert.Contains(t, o.stderr, "ca.pem", command)
		assert.Contains(t, o.stderr, "make new ones", command)
	}
}
