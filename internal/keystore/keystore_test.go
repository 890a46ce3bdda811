package keystore_test

import (
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// saved is a directory with secrets, and the secrets.
func saved(t *testing.T, dir string) *keystore.Secrets {
	t.Helper()
	secrets, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	require.NoError(t, secrets.Save(dir))
	return secrets
}

func newKey(t *testing.T, team, id string) keystore.SigningKey {
	t.Helper()
	key, err := keystore.NewSigningKey(team, id)
	require.NoError(t, err)
	return key
}

func TestSecretsAreTheSameAfterSavingAndLoading(t *testing.T) {
	secrets, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	secrets.DeviceTokenKeys = append(secrets.DeviceTokenKeys, tokenvault.NewSecret())
	earlier := newKey(t, "AAAAAAAAAA", keystore.DefaultKey)
	secrets.Keys = append(secrets.Keys, earlier)
	dir := filepath.Join(t.TempDir(), "made [by] Save")
	require.NoError(t, secrets.Save(dir))

	loaded, err := keystore.Load(dir)
	require.NoError(t, err)
	assert.Equal(t, dir, loaded.Dir)
	assert.Equal(t, secrets.PKI.RootPEM(), loaded.PKI.RootPEM())
	assert.Equal(t, secrets.DeviceTokenKeys, loaded.DeviceTokenKeys, "newest first")
	require.Len(t, loaded.Keys, 2)
	for i, want := range secrets.Keys {
		assert.Equal(t, want.TeamID, loaded.Keys[i].TeamID, "the default team first, though its name sorts last")
		assert.True(t, want.Private.Equal(loaded.Keys[i].Private))
	}
}

func TestOnlyTheOwnerMayReadSecrets(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "certs")
	secrets := saved(t, dir)
	_, err := secrets.SaveDefaultCertificate(dir)
	require.NoError(t, err)
	seen := map[fs.FileMode]int{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := entry.Info()
		require.NoError(t, err)
		want := fs.FileMode(0o600)
		switch name := entry.Name(); {
		case entry.IsDir():
			want = fs.ModeDir | 0o700
		case strings.HasSuffix(name, ".pem") && name != keystore.DefaultCertificateFile: // which has its key inside
			want = 0o644
		}
		assert.Equal(t, want, info.Mode(), path)
		seen[want]++
		return nil
	}))
	assert.Len(t, seen, 3, "there were directories, keys and certificates")
}

func TestDeviceTokenKeysMayBeginWithAByteOrderMark(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	path := filepath.Join(dir, "device-token.key")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append([]byte("\ufeff"), text...), 0o600))
	_, err = keystore.Load(dir)
	require.NoError(t, err)
}

func TestSecretsThatCannotBeUsedAreRefusedWithFileAndRemedy(t *testing.T) {
	const recreate = "apns-sim ca init --force --certs \""
	demoKey := filepath.Join("keys", keystore.DefaultTeam, "AuthKey_SIMKEY0001.p8")
	write := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, name))) }
	}
	good := hex.EncodeToString(tokenvault.NewSecret())
	for _, tc := range []struct {
		name         string
		harm         func(t *testing.T, dir string)
		file, remedy string
	}{
		{"nothing is there", remove("."), "ca.pem", "make new ones"},
		{"an authority is missing", remove("device-ca.pem"), "device-ca.pem", "make new ones"},
		{"the device-token keys are missing", remove("device-token.key"), "device-token.key", recreate},
		{"the device-token keys are empty", write("device-token.key", "\n"), "device-token.key is empty", recreate},
		{"a device-token key is no hex", write("device-token.key", good+"\nsecret\n"), "device-token.key: key 2 is not 64 hex digits", recreate},
		{"a device-token key is short", write("device-token.key", good[2:]+"\n"), "device-token.key: key 1 is not 64 hex digits", recreate},
		{"all signing keys are missing", remove("keys"), demoKey, recreate},
		{"the default team's key is missing", remove(demoKey), demoKey, recreate},
		{"a key of that ID belongs to another team", func(t *testing.T, dir string) {
			require.NoError(t, os.Rename(keystore.KeyFolder(dir, keystore.DefaultTeam), keystore.KeyFolder(dir, "OTHERTEAM1")))
		}, demoKey, recreate},
		{"a signing key is none", write("keys/OTHERTEAM1/AuthKey_KEY1234567.p8", "secret"), "AuthKey_KEY1234567.p8", "-----BEGIN PRIVATE KEY-----"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			saved(t, dir)
			tc.harm(t, dir)
			_, err := keystore.Load(dir)
			require.ErrorContains(t, err, tc.file)
			assert.ErrorContains(t, err, tc.remedy)
		})
	}
}

func TestReadingASigningKey(t *testing.T) {
	dir := t.TempDir()
	key := newKey(t, "OTHERTEAM1", "KEY1234567")
	apples, err := key.Save(dir)
	require.NoError(t, err)
	text, err := os.ReadFile(apples)
	require.NoError(t, err)
	file := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		return path
	}
	renamed, nameless, empty := file("mine.p8", text), file("AuthKey_.p8", text), file("AuthKey_EMPTY00000.p8", nil)
	certificate, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	root := file("AuthKey_ROOT000000.p8", certificate.PKI.RootPEM())

	for _, tc := range []struct{ name, path, id, want, err string }{
		{"Apple's name tells the ID", apples, "", "KEY1234567", ""},
		{"an ID that is given wins", apples, "OTHER00001", "OTHER00001", ""},
		{"any name with an ID", renamed, "KEY1234567", "KEY1234567", ""},
		{"no ID anywhere", renamed, "", "", "its name is not AuthKey_<key id>.p8; give the key id"},
		{"a name with an empty ID", nameless, "", "", "give the key id"},
		{"no file", filepath.Join(dir, "none.p8"), "", "", "there is no key file " + filepath.Join(dir, "none.p8")},
		{"a folder", dir, "", "", "key file: read " + dir},
		{"an empty file", empty, "", "", "it is empty"},
		{"a certificate", root, "", "", root},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := keystore.LoadSigningKey(tc.path, "OTHERTEAM1", tc.id)
			if tc.err != "" {
				assert.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.want, got.KeyID)
			assert.Equal(t, "OTHERTEAM1", got.TeamID)
			assert.True(t, key.Private.Equal(got.Private))
		})
	}
}

func TestSecretsAreNotSavedWhereThatIsImpossible(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	secrets, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	assert.ErrorContains(t, secrets.Save(file), file)
	_, err = secrets.Keys[0].Save(file)
	assert.ErrorContains(t, err, file)
	_, err = secrets.SaveDefaultCertificate(file)
	assert.ErrorContains(t, err, file)
	_, err = keystore.SigningKey{KeyID: "NOKEY00000"}.Save(t.TempDir())
	assert.ErrorContains(t, err, "NOKEY00000", "there is nothing to save")
}
