package importrules

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// allowed are identifiers in which a banned word is a term of the field.
var allowed = map[string]string{
	"RefuseConnection": "TCP refuses connections: RFC 9293, 3.10.7.1; ECONNREFUSED",
	"GoAwayRefuse":     "HTTP/2 refuses streams: RFC 9113, 8.7; REFUSED_STREAM",
}

// No identifier and no file may have a word in its name that docs/glossary.md replaces.
func TestNamesUseTheWordsOfTheGlossary(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "glossary.md"))
	require.NoError(t, err)
	banned := bannedWords(string(text))
	require.Greater(t, len(banned), 100, "docs/glossary.md has its tables and its list")
	for _, file := range goFiles(t) {
		source, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		found, err := bannedNames(file, source, banned)
		require.NoError(t, err)
		for _, f := range found {
			t.Error(f)
		}
	}
}

func TestBannedWordsAreReadFromTheTablesAndTheList(t *testing.T) {
	assert.Equal(t, map[string]string{"door": "listener", "doors": "listener", "wire": "connection", "stir": listHeading, "kick": listHeading},
		bannedWords("# Glossary\n`nothing`\n\n| Word | What it is here | Not |\n|---|---|---|\n| listener | A `port`. | `door`, `doors` |\n"+
			"| connection | One. | `wire` |\n| buffer | Bytes. | |\n\n## "+listHeading+"\n\nSuch as `stir`,\n`kick`.\n"))
}

func TestABannedNameIsReported(t *testing.T) {
	source := `package p

type HTTPDoor struct{ door2 int }

func (d *HTTPDoor) open(theDoor string) (indoor error) {
	for door := range 3 {
		_ = door
	}
	return nil
}

func TestADoorOpens() {}
`
	found, err := bannedNames("a/front_door.go", []byte(source), map[string]string{"door": "listener"})
	require.NoError(t, err)
	assert.Equal(t, []string{
		`a/front_door.go: the file has "door" in its name; see the row "listener" of docs/glossary.md`,
		`a/front_door.go:3: HTTPDoor has "door" in its name; see the row "listener" of docs/glossary.md`,
		`a/front_door.go:3: door2 has "door" in its name; see the row "listener" of docs/glossary.md`,
		`a/front_door.go:5: theDoor has "door" in its name; see the row "listener" of docs/glossary.md`,
		`a/front_door.go:6: door has "door" in its name; see the row "listener" of docs/glossary.md`,
		`a/front_door.go:12: TestADoorOpens has "door" in its name; see the row "listener" of docs/glossary.md`,
	}, found, "TestADoorOpens is in no test file")
	found, err = bannedNames("a/a_test.go", []byte("package p\n\nfunc TestADoorOpens() {}\n"), map[string]string{"door": "listener"})
	require.NoError(t, err)
	assert.Empty(t, found, "names of tests are sentences")
}

// listHeading is the section of words without a row.
const listHeading = "Words that say nothing"

var quoted = regexp.MustCompile("`([a-z]+)`")

// bannedWords returns the words that the glossary replaces, each with the word of its
// row, or the heading of the list.
func bannedWords(glossary string) map[string]string {
	banned := map[string]string{}
	tables, list, _ := strings.Cut(glossary, "\n## "+listHeading+"\n")
	for line := range strings.Lines(tables) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 { // a row of three columns begins and ends with a bar
			continue
		}
		for _, word := range quoted.FindAllStringSubmatch(cells[3], -1) {
			banned[word[1]] = strings.TrimSpace(cells[1])
		}
	}
	for _, word := range quoted.FindAllStringSubmatch(list, -1) {
		banned[word[1]] = listHeading
	}
	return banned
}

// goFiles lists the Go files of the repository, other modules in it included.
func goFiles(t *testing.T) (files []string) {
	require.NoError(t, filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".go"):
			relative, err := filepath.Rel(root, name)
			files = append(files, filepath.ToSlash(relative))
			return err
		}
		return nil
	}))
	return files
}

// bannedNames lists the names in a file, its own among them, that have a banned word as
// a part.
func bannedNames(file string, source []byte, banned map[string]string) (found []string, err error) {
	report := func(at, name string) {
		for _, part := range nameParts(strings.TrimSuffix(name, ".go")) {
			if row := banned[part]; row != "" && allowed[name] == "" {
				found = append(found, fmt.Sprintf("%s has %q in its name; see the row %q of docs/glossary.md", at, part, row))
			}
		}
	}
	report(file+": the file", path.Base(file))
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, id := range declared(parsed) {
		if !isSentence(file, id.Name) {
			report(fmt.Sprintf("%s:%d: %s", file, files.Position(id.Pos()).Line, id.Name), id.Name)
		}
	}
	return found, nil
}

// isSentence reports whether a name is that of a test, which says what it shows.
func isSentence(file, name string) bool {
	return strings.HasSuffix(file, "_test.go") &&
		slices.ContainsFunc([]string{"Test", "Benchmark", "Example", "Fuzz"}, func(kind string) bool { return strings.HasPrefix(name, kind) })
}

// declared returns the identifiers that a file declares, in the order of the source.
func declared(file *ast.File) (ids []*ast.Ident) {
	add := func(list ...ast.Expr) {
		for _, e := range list {
			if id, ok := e.(*ast.Ident); ok && id.Name != "_" {
				ids = append(ids, id)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			add(n.Name)
		case *ast.TypeSpec:
			add(n.Name)
		case *ast.ImportSpec:
			if n.Name != nil {
				add(n.Name)
			}
		case *ast.ValueSpec:
			ids = append(ids, n.Names...)
		case *ast.Field:
			ids = append(ids, n.Names...)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				add(n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				add(n.Key, n.Value)
			}
		}
		return true
	})
	slices.SortStableFunc(ids, func(a, b *ast.Ident) int { return cmp.Compare(a.Pos(), b.Pos()) })
	return ids
}

// nameParts splits a name into its words, in lower case: HTTPDoor2 into http and door.
func nameParts(name string) (parts []string) {
	runes := []rune(name)
	start := 0
	flush := func(end int) {
		if end > start {
			parts = append(parts, strings.ToLower(string(runes[start:end])))
		}
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r):
			flush(i)
			start = i + 1
		case unicode.IsUpper(r) && i > start &&
			(unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			flush(i)
			start = i
		}
	}
	flush(len(runes))
	return parts
}
