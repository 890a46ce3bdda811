package sim

import (
	"crypto/ecdsa"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
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
	// Environments and Topics are what it is restricted to; none is all.
	Environments []apns.Environment
	Topics       []string
}

// Public returns the half of the key that APNs has.
func (k SigningKey) Public() providerauth.Key {
	return providerauth.Key{ID: k.KeyID, TeamID: k.TeamID, Public: &k.Private.PublicKey, Environments: k.Environments, Topics: k.Topics}
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
	return NewSecretsWith(pki.Options{ExtraNames: names})
}

// NewSecretsWith makes secrets in memory, with authorities made so.
func NewSecretsWith(o pki.Options) (*Secrets, error) {
	authorities, err := pki.New(o)
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
	return SigningKey{TeamID: team, KeyID: id, Private: private}, nil
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
	if err := saveTokenKeys(dir, s.TokenKeys); err != nil {
		return err
	}
	for _, key := range s.Keys {
		if _, err := key.Save(KeyFolder(dir, key.TeamID)); err != nil {
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

// saveTokenKeys writes the token keys, the newest first, one to a line.
func saveTokenKeys(dir string, secrets [][]byte) error {
	var lines strings.Builder
	for _, secret := range secrets {
		lines.WriteString(hex.EncodeToString(secret) + "\n")
	}
	if err := pki.WriteSecret(filepath.Join(dir, tokenKeyFile), []byte(lines.String())); err != nil {
		return fmt.Errorf("sim: %w", err)
	}
	return nil
}
