package sim

import (
	"crypto/ecdsa"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// The default team, which exists from the start, with its key and its app.
const (
	DemoTeam  = "SIMTEAM001"
	DemoKey   = "SIMKEY0001"
	DemoTopic = "com.example.demo"
)

// A SigningKey is a provider's authentication key with both halves, as the
// developer portal has it for a moment.
type SigningKey struct {
	TeamID, KeyID string
	Private       *ecdsa.PrivateKey
}

// FileName is the name under which Apple's portal offers the key.
func (k SigningKey) FileName() string { return "AuthKey_" + k.KeyID + ".p8" }

// Secrets is what makes one simulator a different APNs from the next: its
// certificate authorities, its token keys, and the keys its portal has issued.
type Secrets struct {
	PKI *pki.PKI
	// TokenKeys seal device tokens, newest first.
	TokenKeys [][]byte
	// Keys begins with that of the default team.
	Keys []SigningKey
	// Dir is where they were loaded from; "" if they were not.
	Dir string
}

// NewSecrets makes secrets in memory. The names are further names of the
// server, besides those of [pki.ServerNames].
func NewSecrets(names ...string) (*Secrets, error) {
	authorities, err := pki.New(pki.Options{ExtraNames: names})
	if err != nil {
		return nil, fmt.Errorf("sim: make certificate authorities: %w", err)
	}
	key, err := NewSigningKey(DemoTeam, DemoKey)
	if err != nil {
		return nil, err
	}
	return &Secrets{PKI: authorities, TokenKeys: [][]byte{tokenvault.NewSecret()}, Keys: []SigningKey{key}}, nil
}

// NewSigningKey makes an authentication key for a team.
func NewSigningKey(team, id string) (SigningKey, error) {
	private, err := pki.NewKey()
	if err != nil {
		return SigningKey{}, fmt.Errorf("sim: make key %s of team %s: %w", id, team, err)
	}
	return SigningKey{team, id, private}, nil
}

// Where secrets lie in a directory, besides the files of package pki: token
// keys one to a line, and the keys of each team in a folder of its own.
const (
	tokenKeyFile = "token.key"
	keysFolder   = "keys"
)

// Save writes the secrets to dir, which is made if it is missing. Files that
// are there already are replaced.
func (s *Secrets) Save(dir string) error {
	if err := s.PKI.Save(dir); err != nil {
		return err
	}
	var lines strings.Builder
	for _, secret := range s.TokenKeys {
		lines.WriteString(hex.EncodeToString(secret) + "\n")
	}
	if err := pki.WriteSecret(filepath.Join(dir, tokenKeyFile), []byte(lines.String())); err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	for _, key := range s.Keys {
		if _, err := key.Save(filepath.Join(dir, keysFolder, key.TeamID)); err != nil {
			return err
		}
	}
	return nil
}

// Save writes the key to dir as Apple's portal does, and returns the path.
func (k SigningKey) Save(dir string) (string, error) {
	text, err := pki.MarshalP8(k.Private)
	if err != nil {
		return "", fmt.Errorf("sim: key %s: %w", k.KeyID, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("sim: folder for keys: %w", err)
	}
	path := filepath.Join(dir, k.FileName())
	if err := pki.WriteSecret(path, text); err != nil {
		return "", fmt.Errorf("sim: %w", err)
	}
	return path, nil
}

// KeyFolder is where in dir the keys of a team are.
func KeyFolder(dir, team string) string { return filepath.Join(dir, keysFolder, team) }

// LoadSecrets reads what [Secrets.Save] wrote, and the keys that were put
// beside it since.
func LoadSecrets(dir string) (*Secrets, error) {
	authorities, err := pki.Load(dir)
	if err != nil {
		return nil, err
	}
	s := &Secrets{PKI: authorities, Dir: dir}
	if s.TokenKeys, err = loadTokenKeys(filepath.Join(dir, tokenKeyFile)); err != nil {
		return nil, err
	}
	if s.Keys, err = loadKeys(filepath.Join(dir, keysFolder)); err != nil {
		return nil, err
	}
	return s, nil
}

func loadTokenKeys(path string) (secrets [][]byte, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("sim: token keys: %w; make them anew with: apns-sim ca init", err)
	}
	for i, line := range strings.Fields(string(text)) {
		secret, err := hex.DecodeString(line)
		if err != nil || len(secret) != tokenvault.SecretSize {
			return nil, fmt.Errorf("sim: %s: line %d is not a token key of %d hex digits", path, i+1, 2*tokenvault.SecretSize)
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

// loadKeys reads keys/<team>/AuthKey_<key>.p8, the default team's key first.
func loadKeys(folder string) (keys []SigningKey, err error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*", "AuthKey_*.p8"))
	if err != nil {
		return nil, fmt.Errorf("sim: keys in %s: %w", folder, err)
	}
	for _, path := range paths {
		key, err := LoadSigningKey(path, filepath.Base(filepath.Dir(path)), "")
		if err != nil {
			return nil, err
		}
		if key.TeamID == DemoTeam && key.KeyID == DemoKey {
			keys = append([]SigningKey{key}, keys...)
		} else {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 || keys[0].KeyID != DemoKey {
		return nil, fmt.Errorf("sim: %s: the key of the default team is missing; make it anew with: apns-sim ca init",
			filepath.Join(folder, DemoTeam, SigningKey{KeyID: DemoKey}.FileName()))
	}
	return keys, nil
}

// LoadSigningKey reads a .p8 file. An empty id is taken from the name that
// Apple gives the file, AuthKey_<id>.p8.
func LoadSigningKey(path, team, id string) (SigningKey, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return SigningKey{}, fmt.Errorf("sim: there is no key file %s", path)
	}
	if err != nil {
		return SigningKey{}, fmt.Errorf("sim: key file: %w", err)
	}
	private, err := pki.ParseP8(text)
	if err != nil {
		return SigningKey{}, fmt.Errorf("sim: key file %s: %w", path, err)
	}
	if id == "" {
		name := filepath.Base(path)
		id = strings.TrimSuffix(strings.TrimPrefix(name, "AuthKey_"), ".p8")
		if id == "" || id == name {
			return SigningKey{}, fmt.Errorf("sim: key file %s: its name is not AuthKey_<key id>.p8; give the key id", path)
		}
	}
	return SigningKey{team, id, private}, nil
}
