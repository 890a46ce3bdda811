package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
)

// find returns the image of an architecture in a layout.
func find(folder, architecture string) (v1.Image, error) {
	index, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		return nil, err
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		return nil, err
	}
	for _, m := range manifest.Manifests {
		if m.Platform != nil && m.Platform.Architecture == architecture {
			return index.Image(m.Digest)
		}
	}
	return nil, fmt.Errorf("%s has no image for %s", folder, architecture)
}

// unpack lays out the files of an image in a folder, with their owners and modes; that
// takes root.
func unpack(layoutFolder, architecture, folder string) (err error) {
	image, err := find(layoutFolder, architecture)
	if err != nil {
		return err
	}
	files := mutate.Extract(image)
	defer files.Close()
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	for reader := tar.NewReader(files); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = extract(root, header, reader)
		}
		if err != nil {
			return err
		}
	}
}

func extract(root *os.Root, header *tar.Header, content io.Reader) error {
	name := filepath.Clean(header.Name)
	switch header.Typeflag {
	case tar.TypeDir:
		if err := root.MkdirAll(name, 0o755); err != nil {
			return err
		}
	case tar.TypeReg: // the newest layer comes first: its folders may come later
		if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		file, err := root.Create(name)
		if err != nil {
			return err
		}
		if _, err := io.Copy(file, content); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := file.Close(); err != nil {
			return err
		}
	default:
		return fmt.Errorf("%s is of type %q, which our images do not have", name, header.Typeflag)
	}
	if err := root.Chown(name, header.Uid, header.Gid); err != nil {
		return err
	}
	return root.Chmod(name, header.FileInfo().Mode())
}
