package integration_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// The recipe for Go is a file of tests. It runs in a module of its own, which needs what this one
// needs. make test-helpers runs those for Python, Node and Java, and TestTheCommandsOfEachPageWork
// the one for sh.
func TestTheGoRecipePasses(t *testing.T) {
	page, err := os.ReadFile("../docs/tasks/recipes.md")
	require.NoError(t, err)
	recipe := regexp.MustCompile("(?s)```go\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, recipe)
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	module, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"recipe_test.go": recipe[1],
		"go.mod":         bytes.ReplaceAll(module, []byte("=> ../"), []byte("=> "+filepath.ToSlash(root))),
		"go.sum":         sums,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	}
	test := exec.CommandContext(t.Context(), "go", "test", "-trimpath", "-mod=mod", "-count=1", ".")
	test.Dir, test.Env = dir, append(os.Environ(), "CGO_ENABLED=0") // as make build does, so that most is built already
	out, err := test.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NotContains(t, string(out), "no tests to run")
}
