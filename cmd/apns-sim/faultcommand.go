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

// faultCommand groups the commands about faults.
type faultCommand struct {
	List    faultList    `cmd:"" help:"List the active fault rules with their hits."`
	Add     faultAdd     `cmd:"" help:"Add a fault rule."`
	Remove  faultRemove  `cmd:"" help:"Remove one fault rule or all."`
	Show    faultShow    `cmd:"" help:"Show a fault rule with its hits."`
	Presets faultPresets `cmd:"" help:"List the fault presets, which reproduce known behavior of APNs."`
	Kinds   faultKinds   `cmd:"" help:"List the kinds of faults with their parameters."`
}

type faultList struct{ remote }

// faultHead is the head of a table of faults.
const faultHead = "NAME\tDOES\tWHERE\tWHEN\tMATCHED\tHITS"

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
	hits := strconv.Itoa(s.Hits)
	if s.Undecided > 0 {
		hits += fmt.Sprintf(" (%d undecided: %s)", s.Undecided, s.Failure)
	}
	return append(ruleWords(&s.Rule), strconv.Itoa(s.Matched), hits)
}

type faultShow struct {
	remote
	Name string `arg:"" help:"Name of the fault rule."`
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
	Fault string            `arg:"" help:"Name of a preset, such as resets; a kind of fault, such as respond; or a rule in JSON, @FILE, or - for standard input."`
	Name  string            `env:"-" placeholder:"NAME" help:"Name of the rule (default: generated)."`
	Space string            `env:"-" placeholder:"TEAM" help:"Apply the rule only to the traffic of this space."`
	Where map[string]string `env:"-" mapsep:"none" placeholder:"WORD=VALUE" help:"Apply the rule only where this filter word matches; repeatable."`

	Reason      string  `env:"-" placeholder:"REASON" help:"For the kind respond: the reason."`
	Delay       string  `env:"-" placeholder:"TIME" help:"For the kind delay and others: the delay."`
	Times       int     `env:"-" placeholder:"N" help:"Apply the rule this many times (default: unlimited)."`
	After       int     `env:"-" placeholder:"N" help:"Skip the first N matches."`
	Every       int     `env:"-" placeholder:"N" help:"Apply the rule to the first of every N matches."`
	Probability float64 `env:"-" placeholder:"P" help:"Probability of each application, from 0 to 1."`
	If          string  `env:"-" placeholder:"EXPR" help:"Condition that must be true, such as payload.aps.badge > 5."`
}

// Help is what the help says before the flags.
func (faultAdd) Help() string {
	return "apns-sim fault add respond --reason TooManyRequests --times 2 is the same as the rule " +
		`{"when":{"times":2},"what":{"do":"respond","reason":"TooManyRequests"}}. Other parameters need such a rule: ` +
		`{"what":{"do":"break-handshake","handshake":"cut"}}.` + "\n\nKinds of faults with their required and [optional] parameters:\n\n" + kindLines() +
		"\nParameters with fixed values:\n\n" + valueLines() +
		"\napns-sim fault kinds explains each kind; docs/faults.md has the details."
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
		what, _ = order["what"].(map[string]any) // none, or of another type, is for the simulator to reject
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
			return nil, badUsage("--%s: a preset cannot be changed; use it with a kind of fault", set.name)
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
	Name  string `arg:"" optional:"" help:"Name of the fault rule."`
	All   bool   `env:"-" help:"Remove all fault rules."`
	Space string `env:"-" placeholder:"TEAM" help:"Remove the rules of this space, or the named one of this space."`
}

// Run takes faults out of force.
func (r *faultRemove) Run(ctx context.Context, c *console) error {
	if r.All == (r.Name != "" || r.Space != "") {
		return badUsage("fault remove needs the name of a fault rule, --all or --space TEAM; apns-sim fault list prints the names")
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
	JSON bool `name:"json" help:"Print one JSON object per line."`
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
	return show(c, p.JSON, list, "NAME\tSYMPTOM\tHAPPENS", func(p *preset) []string { return []string{p.Name, p.Symptom, p.Happens} })
}

type faultKinds struct {
	JSON bool `name:"json" help:"Print one JSON object per line."`
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
