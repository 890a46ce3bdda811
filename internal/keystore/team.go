package keystore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
)

// topicsFile is the file in a team's folder that lists its bundle IDs, one per line.
const topicsFile = "topics"

// revokedSuffix is appended to the name of a revoked key's file.
const revokedSuffix = ".revoked"

// A TeamFolder holds the keys and apps of one team, in a directory of secrets. What a
// client of the control API creates is written there, so that it exists after a restart.
// All methods of "", the folder of a team that is not saved, do nothing.
type TeamFolder string

// TopicsFile returns the path of the list of bundle IDs.
func (f TeamFolder) TopicsFile() string { return filepath.Join(string(f), topicsFile) }

// AddTopic adds a bundle ID to the list.
func (f TeamFolder) AddTopic(topic string) error {
	if f == "" {
		return nil
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	list, err := os.OpenFile(f.TopicsFile(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = list.WriteString(topic + "\n")
	return errors.Join(err, list.Close())
}

// Topics returns the bundle IDs in the list.
func (f TeamFolder) Topics() ([]string, error) {
	if f == "" {
		return nil, nil
	}
	text, err := pki.ReadRegular(f.TopicsFile())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return strings.Fields(string(text)), nil
}

// RemoveTopic removes a bundle ID from the list.
func (f TeamFolder) RemoveTopic(topic string) error {
	topics, err := f.Topics()
	if err != nil || !slices.Contains(topics, topic) {
		return err
	}
	topics = slices.DeleteFunc(topics, func(other string) bool { return other == topic })
	return pki.WriteSecret(f.TopicsFile(), []byte(strings.Join(append(topics, ""), "\n")))
}

// A keyScope is the restriction of a key, as in the file next to its .p8 file.
type keyScope struct {
	Environments []apns.Environment `json:"environments,omitempty"`
	Topics       []string           `json:"topics,omitempty"`
}

// scopeFile is the name of the file with the restriction of a key.
func scopeFile(p8 string) string { return strings.TrimSuffix(p8, ".p8") + ".json" }

// AddKey writes a key, and its restriction if it has one.
func (f TeamFolder) AddKey(key SigningKey) error {
	if f == "" {
		return nil
	}
	path, err := key.Save(string(f))
	if err != nil || len(key.Environments)+len(key.Topics) == 0 {
		return err
	}
	text, err := json.Marshal(keyScope{key.Environments, key.Topics})
	if err != nil {
		return fmt.Errorf("key %s: %w", key.KeyID, err)
	}
	return pki.WriteSecret(scopeFile(path), text)
}

// readScope reads the restriction of a key.
func (k *SigningKey) readScope(p8 string) error {
	text, err := pki.ReadRegular(scopeFile(p8))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var scope keyScope
	if err == nil {
		err = json.Unmarshal(text, &scope)
	}
	if err != nil {
		return fmt.Errorf("restriction of key %s: %s: %w; correct the file or remove it", k.KeyID, scopeFile(p8), err)
	}
	k.Environments, k.Topics = scope.Environments, scope.Topics
	return nil
}

// RevokeKey renames the file of a key, so that it is not read again.
func (f TeamFolder) RevokeKey(id string) error {
	if f == "" {
		return nil
	}
	path := filepath.Join(string(f), SigningKey{KeyID: id}.FileName())
	if err := os.Rename(path, path+revokedSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Remove makes the simulator forget the team: it renames its keys and removes the list
// of its apps.
func (f TeamFolder) Remove() error {
	if f == "" {
		return nil
	}
	keys, err := filepath.Glob(filepath.Join(string(f), "AuthKey_*.p8"))
	errs := []error{err}
	for _, key := range keys {
		errs = append(errs, f.RevokeKey(KeyIDOf(key)))
	}
	if err := os.Remove(f.TopicsFile()); !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
