package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/seed"
	"github.com/apns-sim/apns-sim/internal/state"
	"github.com/apns-sim/apns-sim/internal/store"
)

func pushOf(r *store.Record) state.Push {
	return state.Push{
		Seq: r.Seq, Device: r.To.Device, User: r.To.User, Base: r.Base, Until: time.Unix(0, r.Deadline), Stamp: r.Stamp,
		Notification: state.Of(r.Push),
	}
}

func recordOf(p *state.Push) store.Record {
	push := p.Push()
	return store.Record{
		Seq: p.Seq, To: store.Address{Environment: push.Environment, Device: p.Device, User: p.User}, Push: push,
		Topic: apns.HashTopic(push.Topic), Base: p.Base, Deadline: p.Until.UnixNano(), Stamp: p.Stamp,
	}
}

// writeDocument writes a document to a file that only its owner can read, or to standard
// output for "-".
func writeDocument(c *console, path string, d *state.Document) error {
	text, err := d.Encode()
	if err != nil {
		return err
	}
	return writeText(c, path, text)
}

// writeText writes an export as writeDocument does.
func writeText(c *console, path string, text []byte) error {
	if path == "-" {
		_, err := c.stdout.Write(text)
		return err
	}
	return pki.WriteSecret(path, text)
}

// addFiles adds the files of a directory of keys to a document.
func addFiles(d *state.Document, dir string) error {
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		d.Files = append(d.Files, state.File{Path: filepath.ToSlash(name), Text: string(text)})
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) { // --certs has named another directory
		return nil
	}
	return err
}

// importDocument writes a document to an empty directory of --state.
func (st *stateDir) importDocument(from string, d *state.Document) error {
	files, pushes := d.Files, d.Pushes
	d.Files, d.Pushes = nil, nil
	if err := st.writeFiles(files); err != nil {
		return err
	}
	all := new(state.Document)
	added, err := (&seed.Seed{File: from, Document: d}).Merge(all, time.Now())
	if err != nil {
		return usageError{err}
	}
	changes := make([]store.Change, len(added))
	for i, e := range added {
		value, err := state.Encode(e)
		if err != nil {
			return err
		}
		changes[i] = store.Change{Kind: string(e.Kind()), Key: e.Key(), Value: value}
	}
	if err := st.db.Entries().Apply(changes...); err != nil {
		return err
	}
	waiting := store.NewPending()
	for i := range pushes {
		if _, err := st.db.Pushes().Put(recordOf(&pushes[i]), store.Waits, waiting); err != nil {
			return fmt.Errorf("pushes[%d]: %w", i, err)
		}
	}
	if failed := waiting.Wait(); len(failed) > 0 {
		return fmt.Errorf("%d pushes cannot be written; make room on the disk, remove the directory, and import again", len(failed))
	}
	return nil
}

// writeFiles writes the files of the directory of keys.
func (st *stateDir) writeFiles(files []state.File) error {
	for i, f := range files {
		name := filepath.FromSlash(f.Path)
		if !filepath.IsLocal(name) {
			return badUsage("files[%d].path: %q leaves the directory; write a path below it", i, f.Path)
		}
		path := filepath.Join(st.certs(), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := pki.WriteSecret(path, []byte(f.Text)); err != nil {
			return err
		}
	}
	return nil
}
