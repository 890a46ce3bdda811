package fault

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// A Where says to what a rule applies: all of its filters must match. They are the filters
// of package filters, and a few about connections; [WhereWords] lists them.
type Where map[string]string

// A whereWord is a filter that only faults have.
type whereWord struct {
	name, help, example string
	parse               func(value string) (func(*Attributes) bool, error)
}

// whereWords is the one table of the filters that only faults have.
var whereWords = []whereWord{
	{"listener", "provider, channels or device", "provider", parseListener},
	{"connection", "the number of a connection, from /v1/connections", "12", parseConnection},
	{"source", "the client's address, without the port", "127.0.0.1", func(value string) (func(*Attributes) bool, error) {
		return func(s *Attributes) bool { return s.Source == value }, nil
	}},
	{"path", "the request path; * matches any part between slashes", "/3/device/*", parsePath},
	{"body", "the whole payload, byte for byte", "{}", func(value string) (func(*Attributes) bool, error) {
		return func(s *Attributes) bool { return value == string(s.Payload) }, nil
	}},
}

// never are the filters that apply only to what has happened.
var never = []string{"state", "since", "until", "apns-unique-id"}

// A WhereWord is a word of [Where].
type WhereWord struct{ Name, Help, Example string }

// WhereWords returns the words of [Where].
func WhereWords() (all []WhereWord) {
	for _, w := range whereWords {
		all = append(all, WhereWord{w.name, w.help, w.example})
	}
	for _, w := range filters.Words() {
		if !slices.Contains(never, w.Name) {
			all = append(all, WhereWord{w.Name, w.Help, w.Example})
		}
	}
	return all
}

func parseListener(value string) (func(*Attributes) bool, error) {
	if !isWord(value, listeners) {
		return nil, unknownValue("where.listener", value, listeners)
	}
	return func(s *Attributes) bool { return s.Listener == Listener(value) }, nil
}

func parseConnection(value string) (func(*Attributes) bool, error) {
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("where.connection: %q is not the number of a connection; /v1/connections lists them", value)
	}
	return func(s *Attributes) bool { return s.Connection == n }, nil
}

func parsePath(value string) (func(*Attributes) bool, error) {
	if _, err := path.Match(value, ""); err != nil {
		return nil, fmt.Errorf("where.path: %q is not a pattern: %w", value, err)
	}
	return func(s *Attributes) bool {
		ok, err := path.Match(value, s.Path)
		return err == nil && ok
	}, nil
}

// A matcher is a compiled Where.
type matcher struct {
	own    []func(*Attributes) bool
	filter filters.Filter
}

// matches reports whether s matches.
func (p *matcher) matches(s *Attributes) bool {
	for _, fits := range p.own {
		if !fits(s) {
			return false
		}
	}
	return p.filter.MatchDocument(&s.Attributes, &s.document)
}

// ready compiles a Where for a rule at a point. The error joins everything that is
// invalid.
func (w Where) ready(at Point) (p matcher, err error) {
	var problems []error
	words := make(map[string][]string)
	for _, name := range slices.Sorted(maps.Keys(w)) {
		if !slices.Contains(never, name) && !knownAt(at, name) && isWordOfWhere(name) {
			problems = append(problems, fmt.Errorf("where.%s is not known at the %v; leave it out, or use a fault of requests", name, at))
			continue
		}
		i := slices.IndexFunc(whereWords, func(row whereWord) bool { return row.name == name })
		if i < 0 {
			words[name] = []string{w[name]}
			continue
		}
		fits, err := whereWords[i].parse(w[name])
		if err != nil {
			problems = append(problems, err)
			continue
		}
		p.own = append(p.own, fits)
	}
	if filters.HasWildcard(w["space"]) { // the rule belongs to the space, and is removed with it
		problems = append(problems, fmt.Errorf("where.space is %q; write one team ID, or leave it out for all", w["space"]))
	}
	for _, name := range never {
		if words[name] != nil {
			problems = append(problems, fmt.Errorf("where.%s has no meaning for what is yet to happen", name))
			delete(words, name)
		}
	}
	var wrong filters.Errors
	if p.filter, err = filters.Parse(words, time.Time{}); errors.As(err, &wrong) {
		for _, e := range wrong {
			problems = append(problems, fmt.Errorf("where.%w", e))
		}
	}
	return p, errors.Join(problems...)
}

// isWordOfWhere reports whether there is such a filter at any point.
func isWordOfWhere(name string) bool {
	return strings.HasPrefix(name, filters.PayloadPrefix) ||
		slices.ContainsFunc(whereWords, func(row whereWord) bool { return row.name == name }) ||
		slices.ContainsFunc(filters.Words(), func(row filters.Word) bool { return row.Name == name })
}
