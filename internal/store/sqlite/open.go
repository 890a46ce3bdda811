package sqlite

import (
	"errors"
	"fmt"
	"log/slog"
	"os"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/apns-sim/apns-sim/internal/store/groupcommit"
)

// Config says how a state is opened.
type Config struct {
	// Path is the file; it is created if there is none. SQLite keeps two more beside it
	// while it is open, with the endings -wal and -shm. One process at a time may open it.
	Path string
	// Sync makes transactions survive the death of the machine, too, which takes
	// milliseconds each. Otherwise they survive that of the process.
	Sync bool
	// MaxBytes limits the size of the file; 0 leaves that to the disk.
	MaxBytes int64
	// Log is where the writer logs that nothing can be stored; nil is silent.
	Log *slog.Logger
}

// applicationID marks the files of this package for other programs: "APNs" in ASCII.
// https://www.sqlite.org/pragma.html#pragma_application_id
const applicationID = 0x41504e73

// Pragmas of a connection. In WAL mode, NORMAL survives the death of the process, and
// FULL that of the machine; with neither is the file ever damaged by that. The WAL is
// written back after 4,000 pages, 16 MB.
// https://www.sqlite.org/pragma.html#pragma_synchronous
const (
	pragmas = `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 2000; PRAGMA cache_size = -16384;`
	normal  = `PRAGMA synchronous = NORMAL;`
	full    = `PRAGMA synchronous = FULL;`
)

// Open opens a state and starts its writer, which [DB.Close] ends. The error says what to
// do about it: a file that is damaged, that a newer version has written, or that is
// something else, is not changed.
func Open(cfg Config) (*DB, error) {
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if err := checkAccess(cfg.Path); err != nil {
		return nil, err
	}
	f, err := openFile(cfg.Path)
	if err != nil {
		return nil, explain(cfg.Path, err)
	}
	db, err := begin(f, cfg, log)
	if err != nil {
		return nil, errors.Join(explain(cfg.Path, err), f.Close())
	}
	return db, nil
}

// begin checks the file and brings it up to date.
func begin(f *file, cfg Config, log *slog.Logger) (*DB, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	durability := normal
	if cfg.Sync {
		durability = full
	}
	if err := f.script(pragmas + durability); err != nil {
		return nil, err
	}
	if err := f.migrate(); err != nil {
		return nil, err
	}
	if err := f.limit(cfg.MaxBytes); err != nil {
		return nil, err
	}
	if err := f.prepare(); err != nil {
		return nil, err
	}
	highWater, err := f.loadHighWater()
	if err != nil {
		return nil, err
	}
	writer := groupcommit.New(groupcommit.Config{Medium: f, HighWater: highWater, Log: log.With("file", cfg.Path)})
	return &DB{cfg.Path, f, writer}, nil
}

// The errors of files that cannot be used.
var (
	errForeign = errors.New("it is a database of another program")
	errDamaged = errors.New("it is damaged")
)

// A newerError is the error of a file that a newer version has written.
type newerError struct{ version, known int }

func (e newerError) Error() string {
	return fmt.Sprintf("a newer version has written it: its schema is %d, and this version knows %d", e.version, e.known)
}

// check looks whether the file is one of this package, or new, and whole.
func (f *file) check() error {
	id, err := f.number("PRAGMA application_id")
	if err != nil {
		return err
	}
	version, err := f.number("PRAGMA user_version")
	if err != nil {
		return err
	}
	tables, err := f.number("SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return err
	}
	switch {
	case id == 0 && version == 0 && tables == 0:
		return nil // it is new
	case id != applicationID:
		return errForeign
	case version > len(migrations):
		return newerError{version, len(migrations)}
	}
	verdict, err := f.value("PRAGMA quick_check(1)")
	if err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %v", errDamaged, verdict)
	}
	return nil
}

// limit sets the largest size of the file, 0 being none.
func (f *file) limit(size int64) error {
	if size <= 0 {
		return nil
	}
	page, err := f.number("PRAGMA page_size")
	if err != nil {
		return err
	}
	return f.script(fmt.Sprintf("PRAGMA max_page_count = %d;", max(1, size/int64(page))))
}

// number returns the first value of a query, which has to be a number.
func (f *file) number(query string) (int, error) {
	v, err := f.value(query)
	if err != nil {
		return 0, err
	}
	n, ok := v.(int64)
	if !ok {
		return 0, fmt.Errorf("%s returned %v", query, v)
	}
	return int(n), nil
}

// explain adds to an error about the file what to do.
func explain(path string, err error) error {
	newer, isNewer := errors.AsType[newerError](err)
	code := 0
	if of, ok := errors.AsType[*sqlite.Error](err); ok {
		code = of.Code() & 0xff // without the details: https://www.sqlite.org/rescode.html#extrc
	}
	switch {
	case errors.Is(err, errForeign), isNewer && newer.version > 0:
		remedy := "name another directory"
		if isNewer {
			remedy = "use that version, or another directory"
		}
		return fmt.Errorf("%s: %w; %s", path, err, remedy)
	case errors.Is(err, errDamaged), code == sqlite3.SQLITE_CORRUPT, code == sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%s cannot be read: %w; restore a copy of it and of the files beside it, or move them away to start with an empty state", path, err)
	case code == sqlite3.SQLITE_READONLY, code == sqlite3.SQLITE_CANTOPEN, code == sqlite3.SQLITE_PERM, errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s cannot be written: %w; make it and its directory writable for this user, or name another directory", path, err)
	case code == sqlite3.SQLITE_BUSY:
		return fmt.Errorf("%s: %w; another program has opened it, stop that first", path, err)
	case code == sqlite3.SQLITE_FULL:
		return fmt.Errorf("%s: %w; make room on the disk", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// noTransaction reports whether an error of ROLLBACK says that SQLite has rolled back
// already.
func noTransaction(err error) bool {
	of, ok := errors.AsType[*sqlite.Error](err)
	return ok && of.Code()&0xff == sqlite3.SQLITE_ERROR
}
