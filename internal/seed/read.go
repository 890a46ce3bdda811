package seed

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/state"
)

// A Seed is a document to add to a state.
type Seed struct {
	// File is where it was read from. Files that it names are relative to its folder.
	File string
	*state.Document
}

// Read reads a file, or all files of a folder whose names end in .json, in their order.
func Read(path string) ([]Seed, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		one, err := readFile(path)
		return []Seed{one}, err
	}
	files, err := filepath.Glob(filepath.Join(escape(path), "*.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s has no file whose name ends in .json; add one, or name a file", path)
	}
	slices.Sort(files)
	var (
		seeds []Seed
		errs  []error
	)
	for _, file := range files {
		one, err := readFile(file)
		seeds, errs = append(seeds, one), append(errs, err)
	}
	return seeds, errors.Join(errs...)
}

// escape has filepath.Glob take a path as it is.
func escape(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func readFile(path string) (Seed, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Seed{}, err
	}
	d, err := state.Parse(text)
	if err != nil {
		return Seed{}, fmt.Errorf("%s: %w", path, err)
	}
	return Seed{path, d}, nil
}

// name is the name of the file without its ending, from which names are made for what has
// none.
func (s *Seed) name() string {
	base := filepath.Base(s.File)
	return strings.TrimSuffix(base, filepath.Ext(base))
}
