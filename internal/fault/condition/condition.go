// Package condition compiles the expressions of faults: When.If of a rule.
//
// It is a package of its own so that a simulator inside a Go test, which has Go functions
// for conditions, does not link an expression language.
package condition

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/expr-lang/expr"

	"github.com/apns-sim/apns-sim/internal/fault"
)

// words are the names that an expression may use.
type words struct {
	Listener    string `expr:"listener"`
	Environment string `expr:"environment"`
	Connection  int    `expr:"connection"`
	Source      string `expr:"source"`
	Space       string `expr:"space"`
	Topic       string `expr:"topic"`
	Token       string `expr:"token"`
	PushType    string `expr:"type"`
	ID          string `expr:"id"`
	Reason      string `expr:"reason"` // that the checks have found; "" for none
	Method      string `expr:"method"`
	Path        string `expr:"path"`
	Device      string `expr:"device"`
	Size        int    `expr:"size"`    // of the body, in bytes
	Payload     any    `expr:"payload"` // the body as JSON; nil if it is none

	// The budget of the evaluation.
	Step    func() bool         `expr:"(step)"`
	Text    func(string) string `expr:"(text)"`
	Numbers func([]int) []int   `expr:"(numbers)"`
	Value   func(any) any       `expr:"(value)"`
}

// maxNodes limits the size of an expression.
const maxNodes = 500

// Compile compiles an expression, whose result must be a bool. An expression that fails
// while it is evaluated, as on a missing field, is false; the
// condition fails with [ErrBudget] if it takes too many steps. The error names the place
// within the expression.
func Compile(expression string) (fault.Condition, error) {
	meter := newMetered()
	options := []expr.Option{expr.Env(words{}), expr.AsBool(), expr.MaxNodes(maxNodes), meter.option()}
	for _, name := range unbounded {
		options = append(options, expr.DisableBuiltin(name))
	}
	program, err := expr.Compile(expression, options...)
	if err != nil {
		return nil, fmt.Errorf("%w; the words are listener, environment, connection, source, space, topic, token, type, id, reason, method, path, device, size, payload", err)
	}
	return func(s *fault.Attributes) (bool, error) {
		if s.Words == nil {
			s.Words = read(s)
		}
		environment := s.Words
		if meter.did {
			environment = withBudget(s.Words.(words))
		}
		holds, err := expr.Run(program, environment)
		if errors.Is(err, ErrBudget) {
			return false, ErrBudget
		}
		return err == nil && holds == true, nil
	}, nil
}

// withBudget gives an evaluation its own budget.
func withBudget(w words) words {
	b := &budget{left: maxSteps}
	w.Step, w.Text, w.Numbers, w.Value = b.step, b.text, b.numbers, b.value
	return w
}

// read makes the words of attributes. All expressions share them.
func read(s *fault.Attributes) words {
	w := words{
		Listener: string(s.Listener), Environment: s.Environment.String(), Connection: int(s.Connection), Source: s.Source,
		Space: s.Space, Topic: s.Topic, Token: s.Token.String(), PushType: string(s.PushType), ID: s.ID, Reason: string(s.Reason),
		Method: s.Method, Path: s.Path, Device: s.Device.String(), Size: len(s.Payload),
	}
	if err := json.Unmarshal(s.Payload, &w.Payload); err != nil {
		w.Payload = nil
	}
	return w
}
