package condition_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/fault/condition"
	"github.com/apns-sim/apns-sim/internal/filters"
)

// chain binds many variables, each of two of the one before.
func chain(first, next string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "let a0 = %s; ", first)
	for i := range 40 {
		fmt.Fprintf(&text, "let a%d = %s; ", i+1, strings.ReplaceAll(next, "x", fmt.Sprint("a", i)))
	}
	return text.String()
}

func TestAnEndlessExpressionIsStopped(t *testing.T) {
	payload := []byte(`{"text":"` + strings.Repeat("a", 4000) + `"}`)
	nested := "topic"
	for range 40 {
		nested = "map([" + nested + "], [#, #])[0]"
	}
	for name, expression := range map[string]string{
		"loops in loops":         `let r = 1..1000; all(r, all(r, all(r, all(r, all(r, true)))))`,
		"count":                  `count(1..1000, count(1..1000, # > 0) == 1000) == 1000`,
		"long range":             `len(1..900000) > 0`,
		"texts that double":      chain("topic", "x + x") + `len(a40) > 0`,
		"lists that double":      chain("[topic]", "[x, x]") + `a40 == a40`,
		"maps that double":       chain("{a: topic}", "{a: x, b: x}") + `a40 == a40`,
		"lists joined":           chain("[topic]", "concat(x, x)") + `len(a40) > 0`,
		"reduced":                `len(reduce(1..40, #acc + #acc, topic)) > 0`,
		"lists in predicates":    nested + " == " + nested,
		"patterns over and over": `all(1..9000, not (payload.text matches "(a|b|ab)*c"))`,
		"searches":               `all(1..9000, not (payload.text contains "b"))`,
		"lists looked through":   `let r = 1..4000; all(1..4000, 5000 not in r)`,
	} {
		t.Run(name, func(t *testing.T) {
			compiled, err := condition.Compile(expression)
			if err != nil {
				require.ErrorContains(t, err, "exceeds maximum allowed nodes")
				return
			}
			s := &fault.Attributes{Attributes: filters.Attributes{Topic: "com.example.app", Payload: payload}}
			begin := time.Now()
			holds, err := compiled(s)
			assert.Less(t, time.Since(begin), 2*time.Second)
			require.ErrorIs(t, err, condition.ErrBudget)
			assert.False(t, holds)
			_, err = compiled(s)
			require.ErrorIs(t, err, condition.ErrBudget, "each evaluation has a budget of its own")
		})
	}
}

func TestOrdinaryLoopsAreWithinTheBudget(t *testing.T) {
	s := &fault.Attributes{Attributes: filters.Attributes{Topic: "com.example.app", Payload: []byte(`{"list":[{"n":1,"s":"one"},{"n":2,"s":"two"}],"m":{"a":1}}`)}}
	for expression, want := range map[string]bool{
		`any(payload.list, .n == 2)`:                               true,
		`all(payload.list, .s matches "^[a-z]+$")`:                 true,
		`len(filter(payload.list, .s startsWith "t")) == 1`:        true,
		`map(payload.list, .s + "!")[1] == "two!"`:                 true,
		`sum(map(payload.list, int(.n))) == 3`:                     true,
		`topic + ".voip" == "com.example.app.voip"`:                true,
		`topic in ["com.example.app", "com.example.other"]`:        true,
		`none(1..100, # == 101)`:                                   true,
		`let t = lower(topic); t endsWith ".app"`:                  true,
		`count(payload.list, any(payload.list, .n > 1)) == 2`:      true,
		`"a" in keys(payload.m)`:                                   true,
		`reduce(payload.list, #acc + int(#.n), 0) == 4`:            false,
		`find(payload.list, .n == 2).s == "two"`:                   true,
		`(size > 3 ? "big" : "small") == "big"`:                    true,
		`split(topic, ".")[0] == "com" and join(["a"], "") == "a"`: true,
	} {
		t.Run(expression, func(t *testing.T) {
			compiled, err := condition.Compile(expression)
			require.NoError(t, err)
			assert.Equal(t, want, holds(t, compiled, s))
		})
	}
}

// Nothing bounds what they make.
func TestFunctionsThatMultiplyTextAreUnknown(t *testing.T) {
	for _, expression := range []string{`repeat(topic, 1000) == ""`, `replace(topic, "a", topic) == ""`} {
		_, err := condition.Compile(expression)
		require.ErrorContains(t, err, "unknown name")
	}
}
