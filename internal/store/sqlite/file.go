package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// A file is the connection to the file of a state, with its prepared statements. One
// goroutine uses it at a time. It is used without database/sql, whose pool of
// connections and conversions would only take time.
type file struct {
	conn driver.Conn

	begin, commitNow, rollback          *statement
	insertPush, deletePush              *statement
	setEntry, deleteEntry               *statement
	setHighWater, writeProbe, dropProbe *statement

	kept []driver.Stmt // all of them
}

// openFile opens the file at a path, and creates it if there is none.
func openFile(path string) (*file, error) {
	slashes := filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" {
		slashes = "/" + slashes // file:/C:/dir, see https://www.sqlite.org/uri.html
	}
	conn, err := new(sqlite.Driver).Open("file:" + (&url.URL{Path: slashes}).EscapedPath() + "?_error_rc=1")
	if err != nil {
		return nil, err
	}
	return &file{conn: conn}, nil
}

// Close closes the connection, for which SQLite wants the statements closed.
func (f *file) Close() (err error) {
	for _, s := range f.kept {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, f.conn.Close())
}

// prepare compiles the statements; the tables have to be there.
func (f *file) prepare() (err error) {
	for text, s := range map[string]**statement{
		"BEGIN IMMEDIATE": &f.begin,
		"COMMIT":          &f.commitNow,
		"ROLLBACK":        &f.rollback,
		"INSERT INTO pushes (" + strings.Join(pushColumns, ", ") + ") VALUES (?" + strings.Repeat(", ?", len(pushColumns)-1) + ")": &f.insertPush,
		"DELETE FROM pushes WHERE seq = ?": &f.deletePush,
		"INSERT INTO entries VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value": &f.setEntry,
		"DELETE FROM entries WHERE kind = ? AND key = ?":                                        &f.deleteEntry,
		"UPDATE marks SET seq = ?, stamp = ?":                                                   &f.setHighWater,
		"UPDATE marks SET probe = zeroblob(?)":                                                  &f.writeProbe,
		"UPDATE marks SET probe = NULL":                                                         &f.dropProbe,
	} {
		if *s, err = f.statement(text); err != nil {
			return err
		}
		f.kept = append(f.kept, (*s).prepared)
	}
	return nil
}

// A statement is a prepared statement with room for its arguments.
type statement struct {
	prepared driver.Stmt
	args     []driver.NamedValue
}

func (f *file) statement(text string) (*statement, error) {
	prepared, err := f.conn.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("prepare %q: %w", text, err)
	}
	args := make([]driver.NamedValue, strings.Count(text, "?"))
	for i := range args {
		args[i].Ordinal = i + 1
	}
	return &statement{prepared, args}, nil
}

// exec executes the statement with these arguments.
func (s *statement) exec(values ...driver.Value) error {
	for i, v := range values {
		s.args[i].Value = v
	}
	_, err := s.prepared.(driver.StmtExecContext).ExecContext(context.Background(), s.args)
	return err
}

// each executes the statement and calls row with each row of the result, whose values
// are the callee's.
func (s *statement) each(row func([]driver.Value) error, values ...driver.Value) (err error) {
	for i, v := range values {
		s.args[i].Value = v
	}
	rows, err := s.prepared.(driver.StmtQueryContext).QueryContext(context.Background(), s.args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	got := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(got); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := row(got); err != nil {
			return err
		}
	}
}

// script executes statements without arguments, which are not prepared for later.
func (f *file) script(text string) error {
	_, err := f.conn.(driver.ExecerContext).ExecContext(context.Background(), text, nil)
	return err
}

// value returns the first value of the first row of a query.
func (f *file) value(query string) (first driver.Value, err error) {
	s, err := f.statement(query)
	if err != nil {
		return nil, err
	}
	defer func() { err = closing(s, err) }()
	err = s.each(func(row []driver.Value) error {
		if first == nil {
			first = row[0]
		}
		return nil
	})
	return first, err
}

// closing closes a statement after it was used with this result.
func closing(s *statement, err error) error { return errors.Join(err, s.prepared.Close()) }
