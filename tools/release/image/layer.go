package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// A layer is files of an image.
type layer struct {
	comment string
	files   []entry
}

// An entry is a file, or a folder if its mode says so.
type entry struct {
	name    string // without the first slash
	mode    os.FileMode
	owner   int
	content func() ([]byte, error) // nil for a folder
}

// layers are what changes seldom, and the programs.
func layers(folder string) []layer {
	program := func(name string) entry {
		return entry{"usr/bin/" + name, 0o755, 0, func() ([]byte, error) { return os.ReadFile(filepath.Join(folder, name)) }}
	}
	return []layer{
		{"folders and users", []entry{
			directory("etc", 0o755, 0),
			text("etc/passwd", fmt.Sprintf("root:x:0:0:root:/:/sbin/nologin\napns-sim:x:%d:%[1]d:apns-sim:/:/sbin/nologin\n", user)),
			text("etc/group", fmt.Sprintf("root:x:0:\napns-sim:x:%d:\n", user)),
			directory("seed", 0o755, user),
			text("seed/none.json", "{}\n"), // a folder without a seed is an error
			directory("state", 0o700, user),
			directory("tmp", 0o777|os.ModeSticky, 0),
			directory("usr", 0o755, 0),
			directory("usr/bin", 0o755, 0),
		}},
		{"programs", []entry{program("apns-sim"), program("device-sim")}},
	}
}

func directory(name string, mode os.FileMode, owner int) entry {
	return entry{name: name + "/", mode: mode | os.ModeDir, owner: owner}
}

func text(name, content string) entry {
	return entry{name, 0o644, 0, func() ([]byte, error) { return []byte(content), nil }}
}

// pack writes the layer. It is the same for the same files and time.
func (l layer) pack(at time.Time) (v1.Layer, error) {
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	for _, e := range l.files {
		if err := e.write(w, at); err != nil {
			return nil, fmt.Errorf("/%s: %w", e.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed.Bytes())), nil }
	return tarball.LayerFromOpener(open, tarball.WithMediaType(types.OCILayer))
}

func (e entry) write(w *tar.Writer, at time.Time) error {
	header := &tar.Header{
		Name: e.name, Mode: int64(e.mode.Perm()), Uid: e.owner, Gid: e.owner, ModTime: at, Typeflag: tar.TypeDir, Format: tar.FormatPAX,
	}
	if e.mode&os.ModeSticky != 0 {
		header.Mode |= 0o1000 // POSIX pax, c_ISVTX
	}
	if e.content == nil {
		return w.WriteHeader(header)
	}
	content, err := e.content()
	if err != nil {
		return err
	}
	header.Typeflag, header.Size = tar.TypeReg, int64(len(content))
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}
