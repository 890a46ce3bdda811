package main

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// The files of a state directory, readable by their owner only.
const (
	keyFile         = "key.pem"
	certificateFile = "certificate.pem"
	deviceFile      = "device.json"
)

// A state is what a device saves in a directory for later runs. Without a directory it
// saves nothing.
type state struct {
	dir string

	key   crypto.Signer
	chain [][]byte
	memory
}

// memory is the content of device.json.
type memory struct {
	// Topics are the apps of the activation.
	Topics []string `json:"topics"`
	// Tokens are by environment, since they are valid in one only.
	Tokens map[apns.Environment]tokens `json:"tokens"`
	// Channels are the checkpoints of channels by environment.
	Channels map[apns.Environment][]checkpoint `json:"channels,omitempty"`
}

// A checkpoint is that of the newest message that the device has received from a channel.
type checkpoint struct {
	Topic      string `json:"topic"`
	Channel    string `json:"channel"`           // in base64
	Checkpoint uint64 `json:"checkpoint,string"` // nanoseconds since 1970
}

// tokens are encrypted, and saved unchanged.
type tokens struct {
	Base apns.DeviceToken            `json:"base"`
	Apps map[string]apns.DeviceToken `json:"apps"`
}

// openState reads the state of an earlier run from dir, and makes dir if necessary.
func openState(dir string) (*state, error) {
	s := &state{dir: dir, memory: memory{Tokens: make(map[apns.Environment]tokens)}}
	if dir == "" {
		return s, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("--state: %w", err)
	}
	for name, read := range map[string]func([]byte) error{
		keyFile:         s.readKey,
		certificateFile: s.readChain,
		deviceFile:      s.readMemory,
	} {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = read(content)
		}
		if err != nil {
			return nil, &failure{
				code: exitFailure, err: fmt.Errorf("--state: read %s: %w", filepath.Join(dir, name), err),
				remedy: "remove the directory to start as a new device",
			}
		}
	}
	return s, nil
}

func (s *state) readKey(content []byte) error {
	block, _ := pem.Decode(content)
	if block == nil {
		return errors.New("no PEM block")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return fmt.Errorf("a %T cannot sign", key)
	}
	s.key = signer
	return nil
}

func (s *state) readChain(content []byte) (err error) {
	s.chain, err = parseChain(content)
	return err
}

func (s *state) readMemory(content []byte) error {
	if err := json.Unmarshal(content, &s.memory); err != nil {
		return err
	}
	if s.Tokens == nil {
		s.Tokens = make(map[apns.Environment]tokens)
	}
	return nil
}

// identity returns the identity of an earlier run, if there is one.
func (s *state) identity() (device.Identity, bool) {
	return device.Identity{Chain: s.chain, Key: s.key}, s.key != nil && s.chain != nil
}

// saveIdentity saves an identity and the topics of its activation.
func (s *state) saveIdentity(identity device.Identity, topics []string) error {
	s.key, s.chain, s.Topics = identity.Key, identity.Chain, topics
	der, err := x509.MarshalPKCS8PrivateKey(identity.Key)
	if err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	var chain []byte
	for _, certificate := range identity.Chain {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})...)
	}
	return errors.Join(
		s.write(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		s.write(certificateFile, chain),
		s.saveMemory(),
	)
}

// saveTokens saves the tokens of one environment. Those of apps that are not installed in
// this run stay until the base token changes.
func (s *state) saveTokens(env apns.Environment, base apns.DeviceToken, apps map[string]apns.DeviceToken) error {
	if before := s.Tokens[env]; before.Base == base {
		for topic, token := range before.Apps {
			if _, installed := apps[topic]; !installed {
				apps[topic] = token
			}
		}
	}
	s.Tokens[env] = tokens{base, apps}
	return s.saveMemory()
}

// saveCheckpoints saves the checkpoints of channels.
func (s *state) saveCheckpoints(env apns.Environment, kept []checkpoint) error {
	if slices.Equal(s.Channels[env], kept) {
		return nil
	}
	if s.Channels == nil {
		s.Channels = make(map[apns.Environment][]checkpoint)
	}
	s.Channels[env] = kept
	return s.saveMemory()
}

// forgetApp removes the token of an uninstalled app: it may be retired before the app is
// installed again, perhaps in a later run.
func (s *state) forgetApp(env apns.Environment, topic string) error {
	if _, known := s.Tokens[env].Apps[topic]; !known {
		return nil
	}
	delete(s.Tokens[env].Apps, topic)
	return s.saveMemory()
}

// forget deletes the state when the device is erased. It deletes the files at once: if the
// following activation failed, the next run would be the former device.
func (s *state) forget() error {
	s.key, s.chain = nil, nil
	s.memory = memory{Tokens: make(map[apns.Environment]tokens)}
	if s.dir == "" {
		return nil
	}
	for _, name := range []string{deviceFile, certificateFile, keyFile} {
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("--state: %w", err)
		}
	}
	return nil
}

func (s *state) saveMemory() error {
	content, err := json.MarshalIndent(s.memory, "", "  ")
	if err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	return s.write(deviceFile, append(content, '\n'))
}

// write replaces a file: it writes another one and renames it.
func (s *state) write(name string, content []byte) error {
	if s.dir == "" {
		return nil
	}
	path := filepath.Join(s.dir, name)
	temporary := path + ".new"
	if err := os.WriteFile(temporary, content, 0o600); err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	if err := os.Rename(temporary, path); err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	return nil
}
