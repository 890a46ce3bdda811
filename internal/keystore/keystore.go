package keystore

import (
	"crypto/ecdsa"
	"crypto/rand"
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
	DefaultTeam  = "SIMTEAM001"
	DefaultKey   = "SIMKEY0001"
	DefaultTopic = "com.example.demo"
)

// NewID makes up a team ID or a key ID, of ten characters as Apple's have.
func NewID() string { return rand.Text()[:10] }

// A SigningKey is a provider's authentication key with its private half.
type SigningKey struct {
	TeamID, KeyID string
	Private       *ecdsa.PrivateKey
	// Environments and Topics restrict the key; empty means all.
	Environments []apns.Environment
	Topics       []string
}

// Public returns the public half, which APNs keeps.
func (k SigningKey) Public() providerauth.Key {
	return providerauth.Key{ID: k.KeyID, TeamID: k.TeamID, Public: &k.Private.PublicKey, Environments: k.Environments, Topics: k.Topics}
}

// FileName is the name that Apple gives the file of the key.
func (k SigningKey) FileName() string { return "AuthKey_" + k.KeyID + ".p8" }

// Secrets are the certificate authorities, the device-token keys and the authentication
// keys of a simulator. Two simulators with the same secrets accept the same device
// certificates, device tokens and provider tokens.
type Secrets struct {
	PKI *pki.PKI
	// DeviceTokenKeys encrypt device tokens, newest first.
	DeviceTokenKeys [][]byte
	// Keys starts with the key of the default team.
	Keys []SigningKey
	// Dir is the directory they were loaded from; "" if they are in memory only.
	Dir string
}

// New creates secrets in memory. The options are for the certificate authorities.
func New(o pki.Options) (*Secrets, error) {
	authorities, err := pki.New(o)
	if err != nil {
		return nil, fmt.Errorf("create certificate authorities: %w", err)
	}
	key, err := NewSigningKey(DefaultTeam, DefaultKey)
	if err != nil {
		return nil, err
	}
	return &Secrets{PKI: authorities, DeviceTokenKeys: [][]byte{tokenvault.NewSecret()}, Keys: []SigningKey{key}}, nil
}

// NewSigningKey creates an authentication key for a team.
func NewSigningKey(team, id string) (SigningKey, error) {
	private, err := pki.NewKey()
	if err != nil {
		return SigningKey{}, fmt.Errorf("create key %s of team %s: %w", id, team, err)
	}
	return SigningKey{TeamID: team, KeyID: id, Private: private}, nil
}

// The files in a directory of secrets, besides those of package pki: the device-token keys,
// one per line, and a folder of keys for each team.
const (
	deviceTokenKeyFile = "device-token.key"
	keysFolder         = "keys"
)

// Save writes the secrets to dir and creates it if necessary. It replaces existing
// files.
func (s *Secrets) Save(dir string) error {
	if err := s.PKI.Save(dir); err != nil {
		return err
	}
	if err := SaveDeviceTokenKeys(dir, s.DeviceTokenKeys); err != nil {
		return err
	}
	for _, key := range s.Keys {
		if _, err := key.Save(KeyFolder(dir, key.TeamID)); err != nil {
			return err
		}
	}
	return nil
}

// Save writes the key to dir under its [SigningKey.FileName], and returns the path.
func (k SigningKey) Save(dir string) (string, error) {
	text, err := pki.MarshalP8(k.Private)
	if err != nil {
		return "", fmt.Errorf("key %s: %w", k.KeyID, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("folder for keys: %w", err)
	}
	path := filepath.Join(dir, k.FileName())
	if err := pki.WriteSecret(path, text); err != nil {
		return "", err
	}
	return path, nil
}

// KeyFolder returns the folder in dir that holds the keys of a team.
func KeyFolder(dir, team string) string { return filepath.Join(dir, keysFolder, team) }

// SaveDeviceTokenKeys writes the device-token keys to dir, newest first, one per line.
func SaveDeviceTokenKeys(dir string, secrets [][]byte) error {
	var lines strings.Builder
	for _, secret := range secrets {
		lines.WriteString(hex.EncodeToString(secret) + "\n")
	}
	if err := pki.WriteSecret(filepath.Join(dir, deviceTokenKeyFile), []byte(lines.String())); err != nil {
		return err
	}
	return nil
}
