package importrules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An error is shown to users: in answers of the control API, in the console, in logs
// and in the terminal. Names of Go packages mean nothing there. What only a programmer
// sees, such as a field missing from a Config, may have one.
func TestErrorsShownToUsersDoNotBeginWithTheNameOfAPackage(t *testing.T) {
	packages := map[string]bool{"fleet": true}
	sources := make(map[string]*ast.File)
	for _, file := range goFiles(t) {
		if strings.HasSuffix(file, "_test.go") || !strings.HasPrefix(file, "internal/") && !strings.HasPrefix(file, "apns/") {
			continue
		}
		source, err := os.ReadFile(filepath.Join(root, file))
		require.NoError(t, err)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		packages[parsed.Name.Name], sources[file] = true, parsed
	}
	require.Greater(t, len(sources), 200)
	for file, parsed := range sources {
		for _, text := range errorTexts(parsed) {
			name, rest, found := strings.Cut(text, ": ")
			if found && packages[name] && name != "space" && !programmers(rest) {
				t.Errorf("%s: the error %q begins with the name of a package; say what is wrong", file, text)
			}
		}
	}
}

func TestErrorTextsAreFound(t *testing.T) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "", `package p
		var a = errors.New("p: one")
		func b() error { return fmt.Errorf("p: %w", a) }
		func (e *E) Error() string { return "p: " + fmt.Sprintf("p: two %d", e.n) }
		func c() { panic("p: not an error"); log.Info("p: not an error") }`, 0)
	require.NoError(t, err)
	assert.Equal(t, []string{"p: one", "p: %w", "p: ", "p: two %d"}, errorTexts(parsed))
}

// programmers tells whether an error is for those who call the package.
func programmers(text string) bool {
	return strings.Contains(text, "Config.") || strings.Contains(text, "epoll") || strings.HasPrefix(text, "detach a socket") ||
		strings.HasPrefix(text, "MaxMessage or")
}

// errorTexts returns the literals that become errors: in errors.New and fmt.Errorf, and in
// methods called Error.
func errorTexts(file *ast.File) []string {
	var texts []string
	literals := func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				texts = append(texts, text)
			}
		}
		return true
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "Error" && n.Recv != nil && n.Body != nil {
				ast.Inspect(n.Body, literals)
				return false
			}
		case *ast.CallExpr:
			if makesError(n) {
				ast.Inspect(n.Args[0], literals)
			}
		}
		return true
	})
	return texts
}

func makesError(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 {
		return false
	}
	from, ok := f.X.(*ast.Ident)
	return ok && (from.Name == "errors" && f.Sel.Name == "New" || from.Name == "fmt" && f.Sel.Name == "Errorf")
}
