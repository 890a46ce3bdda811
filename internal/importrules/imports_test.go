package importrules

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPackagesImportOnlyWhatTheirRuleAllows(t *testing.T) {
	packages := currentTree(t)
	own := packages.own()
	for _, path := range slices.Sorted(maps.Keys(own)) {
		t.Run(path, func(t *testing.T) {
			assert.Empty(t, violations(packages, path))
		})
	}
}

func TestProductsLinkOnlyWhatTheirRowAllows(t *testing.T) {
	packages := currentTree(t)
	for _, row := range products {
		t.Run(row.path, func(t *testing.T) {
			assert.Empty(t, surplus(packages, row))
		})
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for path, p := range currentTree(t).own() {
		assert.NotEmptyf(t, p.Doc, "%s has no package comment: write one that says what it knows and what it leaves to others", path)
	}
}

func TestEveryRowHasAReason(t *testing.T) {
	for _, row := range rules {
		assert.NotEmpty(t, row.reason, row.path)
	}
	for _, row := range products {
		assert.NotEmpty(t, row.reason, row.path)
	}
}

// The rules themselves must be able to fail.
func TestABrokenRuleIsReported(t *testing.T) {
	packages := tree{
		"fmt":                                {Standard: true},
		module + "/internal/courier":         {Imports: []string{"fmt", module + "/apns", "example.com/x"}},
		module + "/internal/courier/v4":      {},
		module + "/internal/pki/p12":         {Imports: []string{module + "/internal/pki", "software.sslmate.com/src/go-pkcs12"}},
		module + "/examples/first":           {Imports: []string{module + "/apnstest"}},
		module + "/apnstest":                 {Deps: []string{"fmt", module + "/internal/sim", "golang.org/x/net/idna", "example.com/x"}},
		module + "/internal/sim":             {},
		module + "/apns":                     {},
		module + "/internal/pki":             {},
		"example.com/x":                      {},
		"golang.org/x/net/idna":              {},
		"software.sslmate.com/src/go-pkcs12": {},
	}
	rows := []struct {
		path   string
		want   []string
		reason string
	}{
		{"internal/courier", []string{
			"internal/courier must not import apns: a pure codec that anybody could lift out of the tree",
			"internal/courier must not import example.com/x: a pure codec that anybody could lift out of the tree",
		}, "neither ours nor foreign, the standard library is free"},
		{"internal/courier/v4", []string{
			"internal/courier/v4 has no rule: add one to internal/importrules/table_test.go that says what it may import, and why",
		}, "a row is for one package unless it ends in /..."},
		{"internal/pki/p12", nil, "both imports are in the row"},
		{"examples/first", nil, "the row is for the whole folder"},
	}
	for _, row := range rows {
		t.Run(row.path, func(t *testing.T) {
			assert.Equal(t, row.want, violations(packages, row.path), row.reason)
		})
	}
	assert.Equal(t, []string{"apnstest must not link example.com/x: small"},
		surplus(packages, product{"apnstest", []string{"golang.org/x/net/..."}, "small"}),
		"our own packages and those in the row may be linked")
}

// violations returns the imports of the package at path that its rule forbids.
func violations(packages tree, path string) (found []string) {
	i := slices.IndexFunc(rules, func(b rule) bool { return covers(b.path, path) })
	if i < 0 {
		return []string{path + " has no rule: add one to internal/importrules/table_test.go that says what it may import, and why"}
	}
	row := rules[i]
	for _, imported := range packages[module+"/"+path].Imports {
		allowed := row.foreign
		name, ours := strings.CutPrefix(imported, module+"/")
		if ours {
			allowed = row.ours
		}
		if !packages[imported].Standard && !coveredByAny(allowed, name) {
			found = append(found, fmt.Sprintf("%s must not import %s: %s", path, name, row.reason))
		}
	}
	return found
}

// surplus returns which foreign packages the product links without being allowed to.
func surplus(packages tree, row product) (found []string) {
	for _, linked := range packages[module+"/"+row.path].Deps {
		ours := strings.HasPrefix(linked, module+"/")
		if !ours && !packages[linked].Standard && !coveredByAny(row.foreign, linked) {
			found = append(found, fmt.Sprintf("%s must not link %s: %s", row.path, linked, row.reason))
		}
	}
	return found
}

func coveredByAny(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return covers(pattern, path) })
}

// covers reports whether path is the pattern, or for "x/..." x or below it.
func covers(pattern, path string) bool {
	folder, whole := strings.CutSuffix(pattern, "/...")
	return path == folder || whole && strings.HasPrefix(path, folder+"/")
}
