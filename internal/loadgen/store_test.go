package loadgen

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// someone makes an identity; the store does not read certificates.
func someone(t *testing.T) device.Identity {
	key, err := newKey()
	require.NoError(t, err)
	return device.Identity{Chain: [][]byte{[]byte("leaf"), []byte("issuer")}, Key: key}
}

func openStore(t *testing.T, dir string) *Store {
	s, err := OpenStore(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

var someTokens = storedTokens{Base: "base", Apps: map[string]apns.DeviceToken{"com.example.a": "token"}}

func TestStoreKnowsDevicesAndTokensAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "fleet")
	s := openStore(t, dir)
	one, two := someone(t), someone(t)
	require.NoError(t, s.saveIdentity(1, one, []string{"com.example.a"}))
	require.NoError(t, s.saveIdentity(2, two, []string{"com.example.a"}))
	require.NoError(t, s.saveTokens(2, apns.Sandbox, someTokens))

	s = openStore(t, dir)
	got, fits := s.identity(2, []string{"com.example.a"})
	assert.True(t, fits)
	assert.Equal(t, two, got)
	assert.Equal(t, someTokens, s.tokensOf(2, apns.Sandbox))
	assert.Zero(t, s.tokensOf(2, apns.Production), "each environment has its tokens")
	assert.Zero(t, s.tokensOf(1, apns.Sandbox))
	got, fits = s.identity(1, []string{"com.example.a", "com.example.b"})
	assert.False(t, fits, "the activation named another app")
	assert.Equal(t, one.Key, got.Key, "but the key is good")
	_, fits = s.identity(3, nil)
	assert.False(t, fits)
	info, err := os.Stat(filepath.Join(dir, storeFile))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode(), "the keys are for their owner alone")
}

func TestTokensOutliveACertificateButNotAKey(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	one := someone(t)
	require.NoError(t, s.saveIdentity(1, one, nil))
	require.NoError(t, s.saveTokens(1, apns.Production, someTokens))
	require.NoError(t, s.saveIdentity(1, device.Identity{Chain: [][]byte{[]byte("new leaf")}, Key: one.Key}, nil))
	assert.Equal(t, someTokens, openStore(t, dir).tokensOf(1, apns.Production))

	require.NoError(t, s.saveIdentity(1, someone(t), nil))
	assert.Zero(t, s.tokensOf(1, apns.Production))
	assert.Zero(t, openStore(t, dir).tokensOf(1, apns.Production), "and it stays so")
}

func TestErasedDeviceIsNotKept(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	require.NoError(t, s.saveIdentity(1, someone(t), nil))
	require.NoError(t, s.saveTokens(1, apns.Production, someTokens))
	require.NoError(t, s.removeDevice(1))
	require.NoError(t, s.saveTokens(1, apns.Production, someTokens), "a word from before")
	for _, s := range []*Store{s, openStore(t, dir)} {
		_, known := s.identity(1, nil)
		assert.False(t, known)
		assert.Zero(t, s.tokensOf(1, apns.Production))
	}

	next := someone(t)
	require.NoError(t, s.saveIdentity(1, next, nil))
	got, known := openStore(t, dir).identity(1, nil)
	assert.True(t, known)
	assert.Equal(t, next, got)
}

func TestLineThatACrashHasCutIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	require.NoError(t, s.saveIdentity(1, someone(t), nil))
	require.NoError(t, s.saveIdentity(2, someone(t), nil))
	path := filepath.Join(dir, storeFile)
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	second := strings.Index(string(whole), "\n") + 1
	for cut := second; cut < len(whole); cut += 10 {
		require.NoError(t, os.WriteFile(path, whole[:cut], 0o600))
		s := openStore(t, dir)
		_, first := s.identity(1, nil)
		_, cutOff := s.identity(2, nil)
		require.True(t, first)
		require.False(t, cutOff)
		three := someone(t)
		require.NoError(t, s.saveIdentity(3, three, nil), "what comes next begins on a new line")
		got, fits := openStore(t, dir).identity(3, nil)
		require.True(t, fits)
		require.Equal(t, three, got)
	}
}

func TestBrokenLineIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"{}\n":                             "line 1: neither a device nor tokens of one",
		"no json\n":                        "line 1: invalid character",
		`{"number":1,"key":"AAAA"}` + "\n": "line 1: asn1",
	} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, storeFile), []byte(text), 0o600))
		_, err := OpenStore(dir)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "remove it to begin with new devices")
	}
}

func TestOutdatedLinesAreDropped(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	one := someone(t)
	require.NoError(t, s.saveIdentity(1, one, nil))
	for range 200 {
		require.NoError(t, s.saveTokens(1, apns.Production, someTokens))
	}
	s = openStore(t, dir)
	assert.Equal(t, 2, s.lines)
	require.NoError(t, s.saveTokens(1, apns.Sandbox, someTokens))
	s = openStore(t, dir)
	got, _ := s.identity(1, nil)
	assert.Equal(t, one, got)
	assert.Equal(t, someTokens, s.tokensOf(1, apns.Production))
	assert.Equal(t, someTokens, s.tokensOf(1, apns.Sandbox), "what was kept after that")
	info, err := os.Stat(filepath.Join(dir, storeFile))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
}
