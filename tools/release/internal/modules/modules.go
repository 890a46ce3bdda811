// Package modules knows which modules of others a program was linked from, and under
// which license each is.
package modules

import (
	"cmp"
	"debug/buildinfo"
	"fmt"
	"io"
	"slices"
)

// A Module is a version of a module.
type Module struct {
	Path, Version string
	Sum           string // as in go.sum, "h1:…"
}

// Of returns the modules that a program was linked from, without its own, sorted by path;
// and the version of Go, as go1.26.8. It reads what the linker has left in the program.
func Of(program io.ReaderAt) (list []Module, goVersion string, err error) {
	info, err := buildinfo.Read(program)
	if err != nil {
		return nil, "", fmt.Errorf("read the build information: %w", err)
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		list = append(list, Module{m.Path, m.Version, m.Sum})
	}
	slices.SortFunc(list, func(a, b Module) int { return cmp.Compare(a.Path, b.Path) })
	return list, info.GoVersion, nil
}
