package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/store/sqlite"
)

// The files of --state.
const (
	stateFile  = "state.db"
	stateLock  = "lock"  // locked while a simulator uses the directory; contains its process ID
	stateCerts = "certs" // what --certs names otherwise
)

// saveInterval is how often counts are saved, which change too often to be saved at once.
const saveInterval = time.Second

// A stateDir is the directory of --state, which belongs to one process at a time.
type stateDir struct {
	path string
	lock *os.File
	db   *sqlite.DB // nil until open
}

// takeState takes the directory of --state, nil if the flag is not set. It creates the
// directory, and the certificate authorities and keys in it unless --certs has others.
func (s *serveCommand) takeState() (*stateDir, error) {
	if s.State == "" {
		if s.Sync {
			return nil, badFlag("sync", " has no effect without --state DIR")
		}
		return nil, nil //nolint:nilnil // There is none.
	}
	st := &stateDir{path: s.State}
	if err := st.take(); err != nil {
		return nil, badFlag("state", ": %w", err)
	}
	if s.Certs != "" {
		return st, nil
	}
	if err := s.ensureSecrets(st.certs()); err != nil {
		return nil, errors.Join(badFlag("state", ": %w", err), st.close())
	}
	return st, nil
}

// certs is where the authorities and keys are, unless --certs says otherwise.
func (st *stateDir) certs() string { return filepath.Join(st.path, stateCerts) }

// ensureSecrets creates the certificate authorities and keys in a directory that has
// none.
func (s *serveCommand) ensureSecrets(dir string) error {
	if _, err := os.Lstat(filepath.Join(dir, pki.RootFile)); !errors.Is(err, fs.ErrNotExist) {
		return nil //nolint:nilerr // Whatever is wrong with them is found when they are loaded.
	}
	_, _, err := createSecrets(dir, pki.Options{ExtraNames: s.Name, NonCritical: s.NonCritical})
	return err
}

// stateSecrets reads the authorities and keys in the directory of --state, if they have
// been created.
func (s *serveCommand) stateSecrets(cfg *sim.Config) (err error) {
	dir := (&stateDir{path: s.State}).certs()
	if _, err := os.Lstat(filepath.Join(dir, pki.RootFile)); errors.Is(err, fs.ErrNotExist) {
		return nil // they are created when the simulator starts
	}
	if cfg.Secrets, err = keystore.Load(dir); err != nil {
		return badFlag("state", ": %w", err)
	}
	return nil
}

// take creates the directory if necessary and locks it. The lock ends with the process,
// in whatever way that ends.
func (st *stateDir) take() (err error) {
	if err := os.MkdirAll(st.path, 0o700); err != nil {
		return fmt.Errorf("%w; name a directory that can be written", err)
	}
	path := filepath.Join(st.path, stateLock)
	st.lock, err = lockFile(path)
	switch {
	case errors.Is(err, errHeld):
		return &heldError{st.path, ownerOf(path)}
	case err != nil:
		return fmt.Errorf("%w; make the directory and its files writable for this user, or name another one", err)
	}
	if err = st.lock.Truncate(0); err == nil {
		_, err = st.lock.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%w; make room on the disk, or name another directory", err), st.lock.Close())
	}
	return nil
}

// errHeld is the error of a lock that another process has.
var errHeld = errors.New("another process has the lock")

// A heldError is the error of a directory that another process uses.
type heldError struct {
	path string
	pid  int // of that process; 0 if it is unknown
}

// Error says who uses the directory, and what to do.
func (e *heldError) Error() string {
	return e.inUse() + "; stop that first, or name another directory"
}

// inUse says who uses the directory.
func (e *heldError) inUse() string {
	if e.pid == 0 {
		return e.path + " is in use by another apns-sim"
	}
	return fmt.Sprintf("%s is in use by the apns-sim with process ID %d", e.path, e.pid)
}

// ownerOf returns the process ID in the file of a lock; 0 if there is none.
func ownerOf(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0 // the process has not written it yet
	}
	return pid
}

// open opens the file of the state for a simulator. The directory may be nil.
func (st *stateDir) open(cfg *sim.Config, sync bool) (err error) {
	if st == nil {
		return nil
	}
	st.db, err = sqlite.Open(sqlite.Config{Path: filepath.Join(st.path, stateFile), Sync: sync, Log: cfg.Log})
	if err != nil {
		return badFlag("state", ": %w", err)
	}
	cfg.Broker.Store, cfg.Entries, cfg.SaveInterval = st.db.Pushes(), st.db.Entries(), saveInterval
	return nil
}

// closeFile writes what is not written yet, once the simulator has stopped. The directory
// may be nil, and its file closed.
func (st *stateDir) closeFile() error {
	if st == nil || st.db == nil {
		return nil
	}
	db := st.db
	st.db = nil
	return db.Close()
}

// close lets another process have the directory, which may be nil.
func (st *stateDir) close() error {
	if st == nil {
		return nil
	}
	return errors.Join(st.closeFile(), st.lock.Close())
}
