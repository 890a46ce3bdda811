package importrules

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	module = "github.com/apns-sim/apns-sim"
	root   = "../.." // of the repository, seen from here
)

// A goPackage is what `go list -json` tells about a package.
type goPackage struct {
	ImportPath string
	Standard   bool
	Doc        string // the first sentence of the package comment
	Imports    []string
	Deps       []string
	Module     *goModule
}

type goModule struct{ Main bool }

// A tree is every package of this module and all they link, by import path.
type tree map[string]goPackage

// own returns the packages of this module, by their path inside it.
func (t tree) own() map[string]goPackage {
	own := map[string]goPackage{}
	for _, p := range t {
		if p.Module != nil && p.Module.Main {
			own[strings.TrimPrefix(p.ImportPath, module+"/")] = p
		}
	}
	return own
}

// loadTree asks the go command about the tree, once.
var loadTree = sync.OnceValues(func() (tree, error) {
	out, err := run("go", "list", "-deps", "-json=ImportPath,Standard,Doc,Imports,Deps,Module", "./...")
	if err != nil {
		return nil, err
	}
	packages := tree{}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, fmt.Errorf("importrules: read the response of go list: %w", err)
		}
		packages[p.ImportPath] = p
	}
})

func currentTree(t *testing.T) tree {
	t.Helper()
	files(t) // looks at every file: go test must not answer from its cache when one has changed
	packages, err := loadTree()
	require.NoError(t, err)
	require.NotEmpty(t, packages.own())
	return packages
}

// run runs a command at the root of the repository and returns what it prints.
func run(name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("importrules: %s: %w: %s", cmd, err, stderr.String())
	}
	return out, nil
}

// files returns the files below the root, as slash paths, without those git and make keep.
func files(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case entry.IsDir() && (rel == ".git" || rel == ".build" || rel == "bin"):
			return filepath.SkipDir
		case entry.Type().IsRegular():
			found = append(found, filepath.ToSlash(rel))
		}
		return nil
	})
	require.NoError(t, err)
	return found
}
