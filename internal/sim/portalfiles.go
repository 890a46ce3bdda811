package sim

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

// With a directory of secrets, the keys and apps of the teams that have no space are
// what they were before a restart: what is made is written to the folder of the team,
// what is removed is taken out of it. Spaces, and what a flag gives, are not written.

// topicsFile lists, one to a line, the bundle IDs of the team in whose folder of keys it
// lies.
const topicsFile = "topics"

// revokedSuffix is what the name of a revoked key's file ends with.
const revokedSuffix = ".revoked"

// folder returns where the keys and apps of a team are kept, "" if they are not.
func (s *Simulator) folder(team string) string {
	if s.Secrets.Dir == "" || s.Spaces.Of(team) != nil {
		return ""
	}
	return KeyFolder(s.Secrets.Dir, team)
}

// rememberTopic adds a topic to the list in a team's folder.
func rememberTopic(folder, topic string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	list, err := os.OpenFile(filepath.Join(folder, topicsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = list.WriteString(topic + "\n")
	return errors.Join(err, list.Close())
}

// rememberedTopics reads the list in a team's folder.
func rememberedTopics(folder string) ([]string, error) {
	text, err := pki.ReadRegular(filepath.Join(folder, topicsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return strings.Fields(string(text)), nil
}

// forgetTopic takes a topic off the list in a team's folder.
func forgetTopic(folder, topic string) error {
	topics, err := rememberedTopics(folder)
	if err != nil || !slices.Contains(topics, topic) {
		return err
	}
	topics = slices.DeleteFunc(topics, func(other string) bool { return other == topic })
	return pki.WriteSecret(filepath.Join(folder, topicsFile), []byte(strings.Join(append(topics, ""), "\n")))
}

// A keyScope is what a key is restricted to, as the file beside its .p8 has it.
type keyScope struct {
	Environments []apns.Environment `json:"environments,omitempty"`
	Topics       []string           `json:"topics,omitempty"`
}

// scopeFile is the name of the file that says what a key is restricted to.
func scopeFile(p8 string) string { return strings.TrimSuffix(p8, ".p8") + ".json" }

// rememberKey writes a key to a team's folder, and beside it what it is restricted to.
func rememberKey(folder string, key SigningKey) error {
	path, err := key.Save(folder)
	if err != nil || len(key.Environments)+len(key.Topics) == 0 {
		return err
	}
	text, err := json.Marshal(keyScope{key.Environments, key.Topics})
	if err != nil {
		return fmt.Errorf("sim: key %s: %w", key.KeyID, err)
	}
	return pki.WriteSecret(scopeFile(path), text)
}

// readScope reads what a key is restricted to.
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
		return fmt.Errorf("sim: what key %s is restricted to: %s: %w; correct the file or remove it", k.KeyID, scopeFile(p8), err)
	}
	k.Environments, k.Topics = scope.Environments, scope.Topics
	return nil
}

// forgetKey gives the file of a key another name, under which it is not read.
func forgetKey(folder, id string) error {
	if folder == "" {
		return nil
	}
	path := filepath.Join(folder, SigningKey{KeyID: id}.FileName())
	if err := os.Rename(path, path+revokedSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// forgetTeam has a team unknown after a restart; its keys stay under other names.
func (s *Simulator) forgetTeam(team string) {
	folder := s.folder(team)
	if folder == "" {
		return
	}
	keys, err := filepath.Glob(filepath.Join(folder, "AuthKey_*.p8"))
	errs := []error{err}
	for _, key := range keys {
		errs = append(errs, forgetKey(folder, KeyIDOf(key)))
	}
	if err := os.Remove(filepath.Join(folder, topicsFile)); !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		s.unsaved(err)
	}
}
