package apns_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// statuses are the words of the status column of docs/fidelity.md.
var statuses = []string{"as documented", "as observed", "chosen", "not simulated", "not yet"}

// A fidelityRow is a row of docs/fidelity.md.
type fidelityRow struct{ behavior, source, status, setting, tests string }

var testName = regexp.MustCompile("`([a-z0-9-]+\\.(?:Test|Fuzz)[A-Za-z0-9_]+)`")

func TestThePageOfFidelityNamesTestsThatExist(t *testing.T) {
	exist := testsOfTheTree(t)
	rows := fidelityRows(t)
	require.Greater(t, len(rows), 100)
	for _, row := range rows {
		named := testName.FindAllStringSubmatch(row.tests, -1)
		assert.Len(t, named, len(strings.Fields(row.tests)), "tests are `folder.TestName`, with spaces between: %s", row.behavior)
		for _, test := range named {
			assert.True(t, exist[test[1]], "%s: there is no test %s", row.behavior, test[1])
		}
		assert.Contains(t, statuses, row.status, row.behavior)
		assert.False(t, strings.HasPrefix(row.status, "as ") && len(named) == 0, "nothing shows it: %s", row.behavior)
		requireFidelitySource(t, row)
	}
}

// requireFidelitySource wants the source that the status speaks of.
func requireFidelitySource(t *testing.T, row fidelityRow) {
	t.Helper()
	assert.Regexp(t, `^(Apple: |Apple archive: |observed: |undocumented)`, row.source, row.behavior)
	if row.status == "as documented" {
		assert.Contains(t, row.source, "Apple", row.behavior)
	}
	if row.status == "as observed" {
		assert.Contains(t, row.source, "observed: ", row.behavior)
	}
}

// fidelityRows reads the tables of the page that have five columns.
func fidelityRows(t *testing.T) (rows []fidelityRow) {
	t.Helper()
	page, err := os.ReadFile("../docs/fidelity.md")
	require.NoError(t, err)
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| Behavior |") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) == 2 { // the table of statuses
			continue
		}
		require.Len(t, cells, 5, line)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		rows = append(rows, fidelityRow{cells[0], cells[1], cells[2], cells[3], cells[4]})
	}
	return rows
}

// testsOfTheTree returns the tests and fuzz targets of both modules, as the
// name of the folder and that of the function.
func testsOfTheTree(t *testing.T) map[string]bool {
	t.Helper()
	exist := map[string]bool{}
	require.NoError(t, filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".build", "testdata"}, entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Abs(filepath.Dir(path))
		if err != nil {
			return err
		}
		for _, decl := range tree.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
				exist[filepath.Base(folder)+"."+f.Name.Name] = true
			}
		}
		return nil
	}))
	return exist
}

// A user has no field of an internal package; what he can set is a flag.
func TestSettingsOnThePageOfFidelityAreNoFields(t *testing.T) {
	field := regexp.MustCompile("`[a-z0-9]+\\.[A-Z][A-Za-z0-9]*`")
	for _, row := range fidelityRows(t) {
		assert.NotRegexp(t, field, row.setting, row.behavior)
	}
}
