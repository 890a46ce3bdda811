package apnstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
)

// The kinds are spelled out for the documentation of the package; the engine has
// the table.
func TestEveryKindOfFaultHasAConstant(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "fault.go", nil, 0)
	require.NoError(t, err)
	var ours []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "FaultKind" {
				ours = append(ours, strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`))
			}
		}
		return true
	})
	var theirs []string
	for _, k := range fault.Kinds() {
		theirs = append(theirs, string(k.Kind))
	}
	assert.ElementsMatch(t, theirs, ours)
}

func TestEveryParameterOfAFaultReachesTheEngine(t *testing.T) {
	f := Fault{
		Name: "all", Where: map[string]string{"topic": "x"}, Probability: 0.5, After: 1, Every: 2, Times: 3, PerConnection: true, Until: time.Unix(1, 0),
		Do: Answer, Reason: "Shutdown", Status: 503, Since: time.Unix(2, 0), Sticky: true, Deliver: true, Code: "NO_ERROR", LastStream: "own",
		Twice: true, Text: "t", Close: "now", Streams: []uint32{1}, Overrun: true, IDs: "upper", Chain: "expired", Handshake: "cut", Host: "h", Retry: true, Copies: 2,
		Delay: Latency{Fixed: 1, Min: 2, Max: 3, Median: 4, Sigma: 5, Growth: 6},
	}
	rules, err := f.rules("a condition")
	require.NoError(t, err)
	rule := rules[0]
	for _, part := range []reflect.Value{reflect.ValueOf(rule.What), reflect.ValueOf(*rule.What.Delay), reflect.ValueOf(rule.When), reflect.ValueOf(rule)} {
		for i := range part.NumField() {
			name := part.Type().Field(i).Name
			if name != "Space" { // that comes later
				assert.False(t, part.Field(i).IsZero(), "%v.%s", part.Type(), name)
			}
		}
	}
}

func TestTheDocumentationHasEveryFilterWord(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "wait.go", nil, parser.ParseComments)
	require.NoError(t, err)
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Name.Name != "Wait" {
			continue
		}
		words := strings.Fields(f.Doc.Text())
		for _, w := range filters.Words() {
			assert.Contains(t, words, w.Name)
		}
		return
	}
	t.Fatal("there is no Wait")
}
