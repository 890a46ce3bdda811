package condition

import (
	"errors"
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
)

// An expression may nest loops, and double a string or a list repeatedly. The language
// limits neither time nor the size of strings, so an evaluation has a budget: each
// iteration of a loop takes a step, and values that are made or searched take steps by
// their size. Ordinary conditions need a few steps.

// maxSteps is the budget of one evaluation: some milliseconds at most.
const maxSteps = 10_000

// textStep is how many bytes of a string take a step.
const textStep = 16

// ErrBudget says that an expression took more steps than it may.
var ErrBudget = errors.New("when: the expression takes more steps than it may")

// unbounded are the functions whose result may be of any size whatever they are given.
var unbounded = []string{"repeat", "replace"}

// A budget is what is left of the steps of an evaluation.
type budget struct{ left int }

// step takes the step of an iteration. It always returns true.
func (b *budget) step() bool {
	b.take(1)
	return true
}

func (b *budget) take(steps int) {
	b.left -= steps
	if b.left < 0 {
		panic(ErrBudget) // expr's virtual machine recovers it
	}
}

func (b *budget) text(s string) string {
	b.take(1 + len(s)/textStep)
	return s
}

func (b *budget) numbers(list []int) []int {
	b.take(1 + len(list))
	return list
}

// value takes steps for everything in a value, as often as it occurs.
func (b *budget) value(v any) any {
	b.measure(reflect.ValueOf(v))
	return v
}

func (b *budget) measure(v reflect.Value) {
	b.take(1)
	switch v.Kind() {
	case reflect.String:
		b.take(v.Len() / textStep)
	case reflect.Interface, reflect.Pointer:
		b.measure(v.Elem())
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			b.measure(v.Index(i))
		}
	case reflect.Map:
		for each := v.MapRange(); each.Next(); {
			b.measure(each.Key())
			b.measure(each.Value())
		}
	default: // of one size
	}
}

// The names under which an expression finds its budget; no identifier can be written so.
const (
	stepName    = "(step)"
	textName    = "(text)"
	numbersName = "(numbers)"
	valueName   = "(value)"
)

// metered makes an expression take steps; did reports whether it has anything to count.
type metered struct {
	did  bool
	seen map[ast.Node]bool // operands that take steps already
}

func newMetered() *metered { return &metered{seen: make(map[ast.Node]bool)} }

func (m *metered) option() expr.Option { return expr.Patch(m) }

// Visit is called for each node of an expression after its children.
func (m *metered) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.PredicateNode:
		inner := operands{m}
		ast.Walk(&n.Node, inner)
		n.Node = &ast.ConditionalNode{Ternary: true, Cond: m.call(stepName), Exp1: n.Node, Exp2: &ast.NilNode{}}
	case *ast.ArrayNode, *ast.MapNode, *ast.BuiltinNode:
		m.measure(node)
	case *ast.BinaryNode:
		if n.Operator == "+" || n.Operator == ".." {
			m.measure(node)
		}
	}
}

// operands makes what is looked through in a loop take steps.
type operands struct{ *metered }

func (o operands) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok || o.seen[n] {
		return
	}
	o.seen[n] = true
	switch n.Operator {
	case "==", "!=", "in", "not in", "matches", "contains", "startsWith", "endsWith":
		o.measure(&n.Left)
		o.measure(&n.Right)
	}
}

// measure makes a part take steps by its size, if it has any.
func (m *metered) measure(node *ast.Node) {
	if _, constant := (*node).(*ast.StringNode); constant { // a pattern stays one
		return
	}
	t := (*node).Type()
	kind := reflect.Interface
	if t != nil {
		kind = t.Kind()
	}
	name := valueName
	switch {
	case kind == reflect.String:
		name = textName
	case kind == reflect.Slice && t.Elem().Kind() == reflect.Int:
		name = numbersName
	case kind == reflect.Bool, reflect.Int <= kind && kind <= reflect.Float64:
		return
	}
	call := m.call(name, *node)
	if t != nil {
		call.SetType(t)
	}
	*node = call
}

func (m *metered) call(name string, arguments ...ast.Node) ast.Node {
	m.did = true
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: arguments}
}
