package importrules

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// expected are packages that the tables speak of before they are there.
var expected = []string{"internal/ui"}

// A row of what is gone, or of what has another name now, holds nothing any longer.
func TestNoRowIsStale(t *testing.T) {
	assert.Empty(t, stale(currentTree(t), rules, products))
}

func TestAStaleRowIsReported(t *testing.T) {
	packages := tree{}
	for path, p := range map[string]goPackage{
		"cmd/apns-sim":             {Deps: []string{"example.com/a", "example.com/b/c"}},
		"internal/control":         {Imports: []string{"example.com/a"}},
		"internal/fault":           {},
		"internal/fault/condition": {Imports: []string{"example.com/b/c"}},
	} {
		p.ImportPath, p.Module = module+"/"+path, &goModule{Main: true}
		packages[p.ImportPath] = p
	}
	rules := []rule{
		{"internal/control", []string{"internal/fault", "internal/ui", "internal/gone"}, []string{"example.com/a", "example.com/a/sse"}, ""},
		{"internal/fault/...", []string{"internal/control"}, []string{"example.com/b/..."}, ""},
		{"internal/renamed", nil, nil, ""},
		{"internal/ui", nil, nil, ""},
	}
	products := []product{
		{"cmd/apns-sim", []string{"example.com/a", "example.com/b/...", "example.com/c/..."}, ""},
		{"cmd/renamed", []string{"example.com/a"}, ""},
	}
	assert.Equal(t, []string{
		"internal/control may import internal/gone, which is not there",
		"internal/control may import example.com/a/sse, and does not",
		"internal/renamed has a rule, and does not exist",
		"cmd/apns-sim may link example.com/c/..., and does not",
		"cmd/renamed is a product, and is not there",
	}, stale(packages, rules, products))
}

// stale tells which rows, and which words in them, are of nothing. A row may name a
// whole layer of our own packages without importing all of it.
func stale(packages tree, rules []rule, products []product) (found []string) {
	paths := slices.Clone(expected)
	for path := range packages.own() {
		paths = append(paths, path)
	}
	there := func(pattern string) bool { return coversAny(pattern, paths) }
	for _, row := range rules {
		if !there(row.path) {
			found = append(found, row.path+" has a rule, and does not exist")
			continue
		}
		for _, pattern := range row.ours {
			if !there(pattern) {
				found = append(found, fmt.Sprintf("%s may import %s, which is not there", row.path, pattern))
			}
		}
		var imports []string
		for path, p := range packages.own() {
			if covers(row.path, path) {
				imports = append(imports, p.Imports...)
			}
		}
		for _, pattern := range row.foreign {
			if !coversAny(pattern, imports) {
				found = append(found, fmt.Sprintf("%s may import %s, and does not", row.path, pattern))
			}
		}
	}
	for _, row := range products {
		if !there(row.path) {
			found = append(found, row.path+" is a product, and is not there")
			continue
		}
		for _, pattern := range row.foreign {
			if !coversAny(pattern, packages[module+"/"+row.path].Deps) {
				found = append(found, fmt.Sprintf("%s may link %s, and does not", row.path, pattern))
			}
		}
	}
	return found
}

func coversAny(pattern string, paths []string) bool {
	return slices.ContainsFunc(paths, func(path string) bool { return covers(pattern, path) })
}
