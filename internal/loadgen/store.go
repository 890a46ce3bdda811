package loadgen

import (
	"bufio"
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
)

// storeFile is the file of a [Store] in its directory.
const storeFile = "fleet.jsonl"

// A Store keeps what the devices of a fleet are, in one file of JSON lines that only
// grows: each line tells all about one device or about its tokens in one environment,
// and the last of a kind counts. A crash can cut the last line at most, which is left
// out at the next start. The file is for its owner alone, since the keys are in it. The
// zero Store keeps nothing. Its methods may be called from any goroutine.
type Store struct {
	path string

	mu    sync.Mutex
	file  *os.File
	kept  map[int]*kept
	lines int // in the file
}

// kept is what is known about a device.
type kept struct {
	identity device.Identity
	topics   []string // named at the activation
	tokens   map[apns.Environment]storedTokens
}

// storedTokens are those of one environment.
type storedTokens struct {
	Base apns.DeviceToken            `json:"base"`
	Apps map[string]apns.DeviceToken `json:"apps,omitempty"`
}

// A storeLine is one line of the file: an identity, which invalidates earlier tokens, tokens,
// or that the device was erased.
type storeLine struct {
	Number int `json:"number"`

	Key    []byte   `json:"key,omitempty"`   // PKCS #8
	Chain  [][]byte `json:"chain,omitempty"` // DER, the device certificate first
	Topics []string `json:"topics,omitempty"`

	Environment apns.Environment `json:"environment,omitempty"`
	Tokens      *storedTokens    `json:"tokens,omitempty"`

	Erased bool `json:"erased,omitempty"`
}

// OpenStore reads what an earlier run has left in dir, and makes dir if need be.
func OpenStore(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep the devices: %w", err)
	}
	s := &Store{path: filepath.Join(dir, storeFile), kept: make(map[int]*kept)}
	content, err := os.ReadFile(s.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the devices: %w", err)
	}
	whole, err := s.read(content)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w; remove it to begin with new devices", s.path, err)
	}
	if s.mostlyOutdated() {
		return s, s.rewrite()
	}
	if s.file, err = os.OpenFile(s.path, os.O_WRONLY|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("keep the devices: %w", err)
	}
	err = s.file.Truncate(int64(whole)) // what a crash has cut
	if err == nil {
		_, err = s.file.Seek(0, io.SeekEnd)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("keep the devices: %w", err), s.file.Close())
	}
	return s, nil
}

// read takes in the lines of the file and gives how long the whole ones are together.
func (s *Store) read(content []byte) (whole int, err error) {
	for line := range bytes.Lines(content) {
		if line[len(line)-1] != '\n' {
			return whole, nil
		}
		s.lines++
		if err := s.readLine(line); err != nil {
			return 0, fmt.Errorf("line %d: %w", s.lines, err)
		}
		whole += len(line)
	}
	return whole, nil
}

func (s *Store) readLine(text []byte) error {
	var line storeLine
	if err := json.Unmarshal(text, &line); err != nil {
		return err
	}
	if line.Key != nil {
		key, err := x509.ParsePKCS8PrivateKey(line.Key)
		if err != nil {
			return err
		}
		signer, ok := key.(crypto.Signer)
		if !ok || len(line.Chain) == 0 {
			return errors.New("a device needs a key that signs, and a certificate")
		}
		s.kept[line.Number] = &kept{identity: device.Identity{Chain: line.Chain, Key: signer}, topics: line.Topics}
		return nil
	}
	if line.Erased {
		delete(s.kept, line.Number)
		return nil
	}
	k := s.kept[line.Number]
	if k == nil || line.Tokens == nil {
		return errors.New("neither a device nor tokens of one")
	}
	k.setTokens(line.Environment, *line.Tokens)
	return nil
}

func (k *kept) setTokens(env apns.Environment, t storedTokens) {
	if k.tokens == nil {
		k.tokens = make(map[apns.Environment]storedTokens, 1)
	}
	k.tokens[env] = t
}

// mostlyOutdated reports whether most lines of the file are outdated.
func (s *Store) mostlyOutdated() bool {
	current := 0
	for _, k := range s.kept {
		current += 1 + len(k.tokens)
	}
	return s.lines > 100 && s.lines > 3*current
}

// rewrite replaces the file by one without outdated lines: a temporary file that is renamed.
func (s *Store) rewrite() error {
	temporary, err := os.OpenFile(s.path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("keep the devices: %w", err)
	}
	w := bufio.NewWriter(temporary)
	s.lines = 0
	for number, k := range s.kept {
		if err = s.writeDevice(w, number, k); err != nil {
			break
		}
	}
	if err = errors.Join(err, w.Flush()); err == nil {
		err = os.Rename(temporary.Name(), s.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("keep the devices: %w", err), temporary.Close())
	}
	s.file = temporary
	return nil
}

func (s *Store) writeDevice(w io.Writer, number int, k *kept) error {
	if err := s.writeLine(w, k.line(number)); err != nil {
		return err
	}
	for env, t := range k.tokens {
		if err := s.writeLine(w, storeLine{Number: number, Environment: env, Tokens: &t}); err != nil {
			return err
		}
	}
	return nil
}

// line is the device without its tokens.
func (k *kept) line(number int) storeLine {
	line := storeLine{Number: number, Chain: k.identity.Chain, Topics: k.topics}
	line.Key, _ = x509.MarshalPKCS8PrivateKey(k.identity.Key) // saveIdentity has tried
	return line
}

// writeLine writes a line in one piece.
func (s *Store) writeLine(w io.Writer, line storeLine) error {
	text, err := json.Marshal(line)
	if err == nil {
		_, err = w.Write(append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep a device: %w", err)
	}
	s.lines++
	return nil
}

// identity gives the identity of a device, if it is known and was activated with all
// these topics.
func (s *Store) identity(number int, topics []string) (identity device.Identity, fits bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.kept[number]
	if k == nil {
		return device.Identity{}, false
	}
	missing := slices.ContainsFunc(topics, func(topic string) bool { return !slices.Contains(k.topics, topic) })
	return k.identity, !missing
}

// tokensOf gives the tokens of a device.
func (s *Store) tokensOf(number int, env apns.Environment) storedTokens {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.kept[number]; k != nil {
		return k.tokens[env]
	}
	return storedTokens{}
}

// saveIdentity keeps a new identity of a device. Its tokens stay if the key does: it is
// the key that they are bound to.
func (s *Store) saveIdentity(number int, identity device.Identity, topics []string) error {
	if s.file == nil {
		return nil
	}
	if _, err := x509.MarshalPKCS8PrivateKey(identity.Key); err != nil {
		return fmt.Errorf("keep a device: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := &kept{identity: identity, topics: topics}
	if before := s.kept[number]; before != nil && before.identity.Key == identity.Key {
		fresh.tokens = before.tokens
	}
	s.kept[number] = fresh
	return s.writeDevice(s.file, number, fresh)
}

// saveTokens keeps the tokens of a device.
func (s *Store) saveTokens(number int, env apns.Environment, t storedTokens) error {
	if s.file == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.kept[number]
	if k == nil {
		return nil // it is being erased
	}
	k.setTokens(env, t)
	return s.writeLine(s.file, storeLine{Number: number, Environment: env, Tokens: &t})
}

// removeDevice drops a device that was erased.
func (s *Store) removeDevice(number int) error {
	if s.file == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, number)
	return s.writeLine(s.file, storeLine{Number: number, Erased: true})
}

// Close closes the file.
func (s *Store) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
