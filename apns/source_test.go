package apns_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireSentences wants texts of a table that are whole sentences, fit for a
// table in Markdown.
func requireSentences(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		require.Regexp(t, `^\S.*\.$`, text)
		require.NotContains(t, text, "  ")
		require.NotContains(t, text, "|", "it stands in tables")
	}
}

// requireSource wants pages of Apple's, observations, or both.
func requireSource(t *testing.T, source string) {
	t.Helper()
	for one := range strings.SplitSeq(source, "; ") {
		require.Regexp(t, `^(https://developer\.apple\.com/\S+|observed: \S.*|the .* not documented)$`, one)
	}
}

// constantsOf returns the values of the string constants in a source file
// whose name begins with prefix and whose declared type is typ; "" is a
// constant without a type. With it a test finds the words that were added to
// a list of constants and forgotten in the table.
func constantsOf(t *testing.T, file, typ, prefix string) []string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var words []string
	for _, decl := range tree.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		for _, spec := range group.Specs {
			constant := spec.(*ast.ValueSpec)
			if typeName(constant.Type) != typ || !strings.HasPrefix(constant.Names[0].Name, prefix) {
				continue
			}
			require.Len(t, constant.Values, 1, "%s in %s", constant.Names[0].Name, file)
			literal, ok := constant.Values[0].(*ast.BasicLit)
			require.True(t, ok, "%s in %s is a literal", constant.Names[0].Name, file)
			word, err := strconv.Unquote(literal.Value)
			require.NoError(t, err)
			words = append(words, word)
		}
	}
	require.NotEmpty(t, words, "no %s constants in %s", typ, file)
	return words
}

func typeName(expr ast.Expr) string {
	if name, ok := expr.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}
