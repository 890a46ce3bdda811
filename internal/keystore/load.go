package keystore

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// Load reads the files that [Secrets.Save] wrote, and keys that were added to the
// directory since.
func Load(dir string) (*Secrets, error) {
	authorities, err := pki.Load(dir)
	if err != nil {
		return nil, err
	}
	s := &Secrets{PKI: authorities, Dir: dir}
	if s.DeviceTokenKeys, err = loadDeviceTokenKeys(filepath.Join(dir, deviceTokenKeyFile)); err != nil {
		return nil, err
	}
	if s.Keys, err = loadKeys(filepath.Join(dir, keysFolder)); err != nil {
		return nil, err
	}
	return s, nil
}

// remedy ends the errors about files in dir that cannot be used.
func remedy(dir string) string {
	return "restore it, or recreate everything with: " + RecreateCommand(dir)
}

// RecreateCommand is the command that recreates everything in dir.
func RecreateCommand(dir string) string {
	return fmt.Sprintf("apns-sim ca init --force --certs %q", dir)
}

// byteOrderMark is at the start of files that some editors write.
const byteOrderMark = "\ufeff"

func loadDeviceTokenKeys(path string) (secrets [][]byte, err error) {
	text, err := pki.ReadRegular(path)
	if err != nil {
		return nil, fmt.Errorf("device-token keys: %w; %s", err, remedy(filepath.Dir(path)))
	}
	for i, line := range strings.Fields(strings.TrimPrefix(string(text), byteOrderMark)) {
		secret, err := hex.DecodeString(line)
		if err != nil || len(secret) != tokenvault.SecretSize {
			return nil, fmt.Errorf("%s: key %d is not %d hex digits; %s", path, i+1, 2*tokenvault.SecretSize, remedy(filepath.Dir(path)))
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) == 0 {
		return nil, fmt.Errorf("%s is empty; %s", path, remedy(filepath.Dir(path)))
	}
	return secrets, nil
}

// loadKeys reads keys/<team>/AuthKey_<key>.p8, the default team's key first.
func loadKeys(folder string) (keys []SigningKey, err error) {
	names, err := fs.Glob(os.DirFS(folder), "*/AuthKey_*.p8")
	if err != nil {
		return nil, fmt.Errorf("keys in %s: %w", folder, err)
	}
	for _, name := range names {
		file := filepath.Join(folder, filepath.FromSlash(name))
		found, err := pki.OpenRegular(file)
		if err != nil {
			return nil, fmt.Errorf("keys in %s: %w", folder, err)
		}
		key, err := LoadSigningKey(file, path.Dir(name), "")
		if err = errors.Join(err, found.Close()); err != nil {
			return nil, err
		}
		if err := key.readScope(file); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	i := slices.IndexFunc(keys, SigningKey.isDefault)
	if i < 0 {
		return nil, fmt.Errorf("%s: the key of the default team is missing; %s",
			filepath.Join(folder, DefaultTeam, SigningKey{KeyID: DefaultKey}.FileName()), remedy(filepath.Dir(folder)))
	}
	demo := keys[i]
	return slices.Insert(slices.Delete(keys, i, i+1), 0, demo), nil
}

func (k SigningKey) isDefault() bool { return k.TeamID == DefaultTeam && k.KeyID == DefaultKey }

// LoadSigningKey reads a .p8 file. If id is empty, the ID is taken from the file name
// that Apple uses, AuthKey_<id>.p8.
func LoadSigningKey(path, team, id string) (SigningKey, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return SigningKey{}, fmt.Errorf("there is no key file %s", path)
	}
	if err != nil {
		return SigningKey{}, fmt.Errorf("key file: %w", err)
	}
	private, err := pki.ParseP8(text)
	if err != nil {
		return SigningKey{}, fmt.Errorf("key file %s: %w", path, err)
	}
	if id = cmp.Or(id, KeyIDOf(path)); id == "" {
		return SigningKey{}, fmt.Errorf("key file %s: its name is not AuthKey_<key id>.p8; give the key id", path)
	}
	return SigningKey{TeamID: team, KeyID: id, Private: private}, nil
}

// KeyIDOf returns the key ID in a file name of the form AuthKey_<id>.p8; "" if the name
// has another form.
func KeyIDOf(path string) string {
	name, hasPrefix := strings.CutPrefix(filepath.Base(path), "AuthKey_")
	id, hasSuffix := strings.CutSuffix(name, ".p8")
	if !hasPrefix || !hasSuffix {
		return ""
	}
	return id
}
