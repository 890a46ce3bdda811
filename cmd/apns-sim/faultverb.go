package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/apns-sim/apns-sim/internal/fault"
)

// faultCommand groups the verbs about faults.
type faultCommand struct {
	List    faultList    `cmd:"" help:"List the faults in force, and how often each has applied."`
	Add     faultAdd     `cmd:"" help:"Put a fault into force."`
	Remove  faultRemove  `cmd:"" help:"Take a fault out of force, or all."`
	Show    faultShow    `cmd:"" help:"Show a fault, and how often it has applied."`
	Presets faultPresets `cmd:"" help:"List the quirks of APNs that can be switched on by name."`
	Kinds   faultKinds   `cmd:"" help:"List the kinds of faults with their parameters."`
}

type faultList struct{ remote }

// faultHead is the head of a table of faults.
const faultHead = "NAME\tDOES\tWHERE\tWHEN\tMATCHED\tAPPLIED"

// Run lists the faults.
func (l *faultList) Run(ctx context.Context, c *console) error {
	var list struct {
		Seed   uint64
		Faults []fault.State
	}
	if err := l.call(ctx, http.MethodGet, "/v1/faults", nil, nil, &list); err != nil {
		return err
	}
	if err := l.say(c, "seed %d", list.Seed); err != nil {
		return err
	}
	return show(c, l.JSON, list.Faults, faultHead, faultRow)
}

func faultRow(s *fault.State) []string {
	applied := strconv.Itoa(s.Applied)
	if s.Undecided > 0 {
		applied += fmt.Sprintf(" (%d undecided: %s)", s.Undecided, s.Failure)
	}
	return append(ruleWords(&s.Rule), strconv.Itoa(s.Matched), applied)
}

type faultShow struct {
	remote
	Name string `arg:"" help:"The name of the fault."`
}

// Run shows the fault.
func (f *faultShow) Run(ctx context.Context, c *console) error {
	var one fault.State
	if err := f.call(ctx, http.MethodGet, "/v1/faults"+segment(f.Name), nil, nil, &one); err != nil {
		return err
	}
	return show(c, f.JSON, []fault.State{one}, faultHead, faultRow)
}

// ruleWords are name, what, where and when of a rule in a table.
func ruleWords(r *fault.Rule) []string {
	what := string(r.What.Do)
	if r.What.Reason != "" {
		what += " " + string(r.What.Reason)
	}
	var where []string
	if r.Space != "" {
		where = append(where, "space="+r.Space)
	}
	for _, word := range sorted(r.Where) {
		where = append(where, word+"="+r.Where[word])
	}
	when, err := json.Marshal(r.When)
	if err != nil || r.When == (fault.When{}) {
		when = []byte("always")
	}
	return []string{r.Name, what, cmp.Or(strings.Join(where, " "), "everywhere"), string(when)}
}

type faultAdd struct {
	remote
	Fault string            `arg:"" help:"The name of a preset, such as resets; a kind of fault, such as answer; or a rule in JSON, @FILE, or - for standard input."`
	Name  string            `env:"-" placeholder:"NAME" help:"Call it so; otherwise a name is made up."`
	Space string            `env:"-" placeholder:"TEAM" help:"Let it touch the traffic of this space alone."`
	Where map[string]string `env:"-" mapsep:"none" placeholder:"WORD=VALUE" help:"To whom it applies, by filter words; repeatable."`

	Reason      string  `env:"-" placeholder:"REASON" help:"Of answer: the reason."`
	Delay       string  `env:"-" placeholder:"TIME" help:"Of delay and others: how long."`
	Times       int     `env:"-" placeholder:"N" help:"It applies so often in all; otherwise always."`
	After       int     `env:"-" placeholder:"N" help:"So many are spared first."`
	Every       int     `env:"-" placeholder:"N" help:"Then it applies to the first of each so many."`
	Probability float64 `env:"-" placeholder:"P" help:"The chance to apply, from 0 to 1."`
	If          string  `env:"-" placeholder:"EXPR" help:"An expression that must hold, as in payload.aps.badge > 5."`
}

// Help is what the help says before the flags.
func (faultAdd) Help() string {
	return "apns-sim fault add answer --reason TooManyRequests --times 2 is as much as the rule " +
		`{"when":{"times":2},"what":{"do":"answer","reason":"TooManyRequests"}}. Parameters without a flag stand in such a rule: ` +
		`{"what":{"do":"break-handshake","handshake":"cut"}}.` + "\n\nKinds, and the parameters that they need or [may have]:\n\n" + kindLines() +
		"\nThe values of parameters that are one of a few words:\n\n" + valueLines() +
		"\napns-sim fault kinds says what each kind does; docs/faults.md has all about them."
}

// kindLines lists the kinds with their parameters, a line each.
func kindLines() string {
	var lines strings.Builder
	for _, kind := range fault.Kinds() {
		words := append([]string{string(kind.Kind)}, kind.Needs...)
		for _, parameter := range kind.Takes {
			words = append(words, "["+parameter+"]")
		}
		lines.WriteString("  " + strings.Join(words, " ") + "\n")
	}
	return lines.String()
}

// valueLines lists the parameters that are one of a few words, with these, a line each.
func valueLines() string {
	var lines strings.Builder
	var seen []string
	for _, kind := range fault.Kinds() {
		for _, parameter := range slices.Concat(kind.Needs, kind.Takes) {
			values := fault.Values(parameter)
			if values == nil || slices.Contains(seen, parameter) {
				continue
			}
			seen = append(seen, parameter)
			lines.WriteString("  " + parameter + ": " + alternatives(values) + "\n")
		}
	}
	return lines.String()
}

// Run puts the fault into force.
func (a *faultAdd) Run(ctx context.Context, c *console) error {
	order, err := a.order(c)
	if err != nil {
		return usageError{err}
	}
	var added struct{ Faults []fault.Rule }
	if err := a.call(ctx, http.MethodPost, "/v1/faults", nil, order, &added); err != nil {
		return err
	}
	return show(c, a.JSON, added.Faults, "NAME\tDOES\tWHERE\tWHEN", ruleWords)
}

// order is the body of the request: the rule that was written, with the flags over
// it.
func (a *faultAdd) order(c *console) (map[string]any, error) {
	order, what := map[string]any{}, map[string]any{}
	switch {
	case strings.HasPrefix(a.Fault, "{") || strings.HasPrefix(a.Fault, "@") || a.Fault == "-":
		text, err := readArgument(c, a.Fault)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &order); err != nil {
			return nil, err
		}
		what, _ = order["what"].(map[string]any) // none, or of another type, is for the simulator to refuse
	case isKind(a.Fault):
		what["do"] = a.Fault
	default:
		order["preset"] = a.Fault
		what = nil
	}
	for _, set := range []struct {
		in    map[string]any
		name  string
		given bool
		value any
	}{
		{order, "name", a.Name != "", a.Name},
		{order, "space", a.Space != "", a.Space},
		{order, "where", len(a.Where) > 0, a.Where},
		{order, "when", a.when() != fault.When{}, a.when()},
		{what, "reason", a.Reason != "", a.Reason},
		{what, "delay", a.Delay != "", map[string]string{"fixed": a.Delay}},
	} {
		if !set.given {
			continue
		}
		if set.in == nil {
			return nil, badUsage("--%s goes with a kind of fault; a preset has its own", set.name)
		}
		set.in[set.name] = set.value
	}
	if what != nil {
		order["what"] = what
	}
	return order, nil
}

// when is how often the fault applies.
func (a *faultAdd) when() fault.When {
	return fault.When{Times: a.Times, After: a.After, Every: a.Every, Probability: a.Probability, If: a.If}
}

// isKind reports whether a word is a kind of fault.
func isKind(word string) bool {
	for _, kind := range fault.Kinds() {
		if string(kind.Kind) == word {
			return true
		}
	}
	return false
}

type faultRemove struct {
	remote
	Name  string `arg:"" optional:"" help:"The name of the fault."`
	All   bool   `env:"-" help:"All of them."`
	Space string `env:"-" placeholder:"TEAM" help:"All of this space, or with a name the one of it."`
}

// Run takes faults out of force.
func (r *faultRemove) Run(ctx context.Context, c *console) error {
	if r.All == (r.Name != "" || r.Space != "") {
		return badUsage("which fault is meant? name one, or say --all, or --space TEAM; apns-sim fault list names them")
	}
	query := narrowedTo(r.Space)
	if r.Name != "" {
		return r.call(ctx, http.MethodDelete, "/v1/faults"+segment(r.Name), query, nil, nil)
	}
	var removed struct {
		Removed int `json:"removed"`
	}
	if err := r.call(ctx, http.MethodDelete, "/v1/faults", query, nil, &removed); err != nil {
		return err
	}
	return showOne(c, r.JSON, removed, [2]string{"removed", strconv.Itoa(removed.Removed)})
}

type faultPresets struct {
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists the presets, which are the same in every simulator.
func (p *faultPresets) Run(c *console) error {
	type preset struct {
		Name    string       `json:"name"`
		Symptom string       `json:"symptom"`
		Happens string       `json:"happens"`
		Source  string       `json:"source"`
		Faults  []fault.Rule `json:"faults"`
	}
	var list []preset
	for _, known := range fault.Presets() {
		list = append(list, preset{known.Name, known.Symptom, known.Happens, known.Source, known.Rules})
	}
	return show(c, p.JSON, list, "NAME\tPEOPLE SEE\tHAPPENS", func(p *preset) []string { return []string{p.Name, p.Symptom, p.Happens} })
}

type faultKinds struct {
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists the kinds, which are the same in every simulator.
func (k *faultKinds) Run(c *console) error {
	type kind struct {
		Kind  string   `json:"do"`
		Point string   `json:"point"`
		Does  string   `json:"does"`
		Needs []string `json:"needs,omitempty"`
		Takes []string `json:"takes,omitempty"`
	}
	var list []kind
	for _, known := range fault.Kinds() {
		list = append(list, kind{string(known.Kind), known.Point.String(), known.Does, known.Needs, known.Takes})
	}
	return show(c, k.JSON, list, "KIND\tAT\tDOES\tNEEDS\tTAKES", func(k *kind) []string {
		return []string{k.Kind, k.Point, k.Does, strings.Join(k.Needs, " "), strings.Join(k.Takes, " ")}
	})
}
