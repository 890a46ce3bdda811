package filters

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/spelling"
)

// Limits of a filter.
const (
	// MaxWords is how many values a filter may have in all.
	MaxWords = 64
	// MaxValue is how long a value may be, in bytes.
	MaxValue = 4096
)

// A Filter has conditions, all of which must hold. Its zero value has none and matches
// everything. It does not change after it was parsed.
type Filter struct{ conditions []condition }

// A condition is one word with its values, one of which must hold.
type condition struct {
	name   string
	fixed  bool // its result cannot change while a push is handled
	values []string
	tests  []test   // by value, except about the payload:
	path   path     // where in the payload,
	wants  []wanted // what; none is anything
	search search   // for the same in the text of the payload
	shows  func(*Attributes) string
}

// A Difference is a word of a filter that attributes does not match.
type Difference struct {
	// Word is the filter word.
	Word string
	// Want are the values of the filter, Got is the value of the attributes, "" for none.
	Want, Got string
}

// String returns a sentence.
func (d Difference) String() string {
	switch {
	case d.Want == "":
		return d.Word + " is missing"
	case d.Got == "":
		return d.Word + " has no value, not " + d.Want
	}
	return d.Word + " is " + d.Got + ", not " + d.Want
}

// Parse reads a filter from words with their values, as in the query of a URL.
// The error says what is wrong with every word, and suggests the nearest word or value
// for an unknown one. Relative times are relative to now.
func Parse(query map[string][]string, now time.Time) (Filter, error) {
	var f Filter
	var wrong Errors
	count := 0
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		count += len(query[name])
		c, err := parseCondition(name, query[name], now)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		f.conditions = append(f.conditions, c)
	}
	if count > MaxWords {
		wrong = append(wrong, &Error{Word: "filter", Problem: fmt.Sprintf("there are %d values, more than %d", count, MaxWords)})
	}
	if wrong != nil {
		return Filter{}, wrong
	}
	slices.SortStableFunc(f.conditions, func(a, b condition) int { return a.matchOrder() - b.matchOrder() })
	return f, nil
}

// matchOrder orders conditions: first those whose result never changes for a push, last
// those that need the decoded payload.
func (c *condition) matchOrder() int {
	switch {
	case c.path != nil:
		return 1 + len(c.path)
	case !c.fixed:
		return 1
	}
	return 0
}

func parseCondition(name string, values []string, now time.Time) (condition, *Error) {
	c := condition{name: name, values: values, fixed: !slices.Contains(changing, name)}
	for _, value := range values {
		if len(value) > MaxValue {
			return c, &Error{name, fmt.Sprintf("the value has %d bytes, more than %d", len(value), MaxValue)}
		}
	}
	if rest, ok := strings.CutPrefix(name, PayloadPrefix); ok {
		return c.ofPayload(rest)
	}
	word := find(name)
	if word == nil || word.parse == nil {
		return c, unknownWord(name)
	}
	c.shows = word.shows
	for _, value := range values {
		if value == "" {
			return c, &Error{name, "the value is empty; write one, as in " + name + "=" + word.Example}
		}
		test, err := word.parse(value, now)
		if err != nil {
			return c, &Error{name, err.Error()}
		}
		c.tests = append(c.tests, test)
	}
	return c, nil
}

// ofPayload makes c a condition about the payload. An empty value matches if the path is
// present.
func (c condition) ofPayload(text string) (condition, *Error) {
	var err error
	if c.path, err = parsePath(text); err != nil {
		return c, &Error{c.name, err.Error()}
	}
	c.values = slices.DeleteFunc(slices.Clone(c.values), func(v string) bool { return v == "" })
	for _, value := range c.values {
		c.wants = append(c.wants, want(value))
	}
	c.search = searchFor(c.path, c.wants)
	return c, nil
}

// A Document is the payload of one push or event, decoded on first use. Its zero value is
// ready.
type Document struct {
	value   any
	decoded bool

	once         bool // one filter looks at it: values are looked up in the text, which is faster than to decode it
	valid, known bool // whether the text is JSON, once it is known
}

// at returns the value at a path of the payload. The document is kept apart from the
// subject, which tests may retain, so that it need not be allocated.
func (d *Document) at(s *Attributes, p path) (any, bool) {
	if !d.decoded {
		d.decoded = true
		// A payload that is not JSON has no members.
		d.value, _ = decode(s.Payload)
	}
	return p.in(d.value)
}

// isJSON reports whether the payload is JSON.
func (d *Document) isJSON(s *Attributes) bool {
	if !d.known {
		d.valid, d.known = json.Valid(s.Payload), true
	}
	return d.valid
}

func (c *condition) holds(s *Attributes, d *Document) bool {
	if c.path == nil {
		return slices.ContainsFunc(c.tests, func(t test) bool { return t(s) })
	}
	if !d.decoded && c.search.excludes(s.Payload) {
		return false
	}
	if d.once {
		return c.holdsInText(s.Payload) && d.isJSON(s)
	}
	got, ok := d.at(s, c.path)
	return ok && c.accepts(got)
}

// holdsInText reports whether the condition about the payload holds, if that is JSON. To
// check whether it is takes longer, and is left to the few payloads for which this is true.
func (c *condition) holdsInText(payload []byte) bool {
	text, ok := c.path.lookup(payload)
	return ok && (c.wants == nil || c.accepts(decodeValue(text)))
}

// accepts reports whether a value in the payload is one of those that are wanted.
func (c *condition) accepts(got any) bool {
	return c.wants == nil || slices.ContainsFunc(c.wants, func(w wanted) bool { return w.is(got) })
}

func (c *condition) difference(s *Attributes, d *Document) Difference {
	diff := Difference{Word: c.name, Want: shorten(strings.Join(c.values, " or "))}
	if c.path == nil {
		diff.Got = shorten(c.shows(s))
	} else {
		diff.Got = show(d.at(s, c.path))
	}
	return diff
}

// Match reports whether every condition holds.
func (f *Filter) Match(s *Attributes) bool {
	d := Document{once: true}
	return f.MatchDocument(s, &d)
}

// MatchDocument is [Filter.Match] for one of several filters that look at the same
// subject, whose payload they decode once.
func (f *Filter) MatchDocument(s *Attributes, d *Document) bool {
	holds, _ := f.MatchOrNever(s, d)
	return holds
}

// MatchOrNever is [Filter.MatchDocument], and for attributes that does not match it
// reports whether neither its push nor any event of it ever will.
func (f *Filter) MatchOrNever(s *Attributes, d *Document) (match, never bool) {
	for i := range f.conditions {
		if c := &f.conditions[i]; !c.holds(s, d) {
			return false, c.fixed
		}
	}
	return true, false
}

// Mismatches returns how many conditions do not hold.
func (f *Filter) Mismatches(s *Attributes) (n int) {
	var d Document
	for i := range f.conditions {
		if !f.conditions[i].holds(s, &d) {
			n++
		}
	}
	return n
}

// Differences returns the conditions that do not hold; none if s matches.
func (f *Filter) Differences(s *Attributes) (all []Difference) {
	var d Document
	for i := range f.conditions {
		if c := &f.conditions[i]; !c.holds(s, &d) {
			all = append(all, c.difference(s, &d))
		}
	}
	return all
}

// Only returns a filter with only the conditions of one word.
func (f *Filter) Only(word string) (only Filter) {
	for i := range f.conditions {
		if f.conditions[i].name == word {
			only.conditions = append(only.conditions, f.conditions[i])
		}
	}
	return only
}

// ReadsPayload reports whether the filter looks into the payload.
func (f *Filter) ReadsPayload() bool {
	return slices.ContainsFunc(f.conditions, func(c condition) bool { return c.path != nil })
}

// WantsFailures reports whether the filter selects failed requests and connections.
func (f *Filter) WantsFailures() bool {
	return slices.ContainsFunc(f.conditions, func(c condition) bool {
		return c.name == "state" && slices.ContainsFunc(c.tests, func(t test) bool { return t(&Attributes{States: States(0).With(Failed)}) })
	})
}

// Empty reports whether the filter has no conditions.
func (f *Filter) Empty() bool { return len(f.conditions) == 0 }

// String lists the conditions, "everything" if there are none.
func (f *Filter) String() string {
	if f.Empty() {
		return "everything"
	}
	list := make([]string, len(f.conditions))
	for i := range f.conditions {
		c := &f.conditions[i]
		list[i] = c.name
		if len(c.values) > 0 {
			list[i] += "=" + shorten(strings.Join(c.values, "|"))
		}
	}
	return strings.Join(list, " ")
}

// nearestName returns the filter word spelled most like name.
func nearestName(name string) string {
	names := make([]string, len(words))
	for i := range words {
		names[i] = words[i].Name
	}
	for other, word := range otherNames {
		if name == other {
			return word
		}
	}
	nearest, _ := spelling.Nearest(name, names)
	return nearest
}

// otherNames are likely other names of a filter word, spelled too differently to be found
// by edit distance.
var otherNames = map[string]string{
	"team": "space", "id": "apns-id", "type": "push-type", "bundle": "topic", "bundle-id": "topic", "app": "topic",
	"env": "environment", "from": "since", "to": "until", "after": "since", "before": "until", "device-token": "token",
	"code": "status", "error": "reason", "payload": PayloadPrefix + "aps.alert",
}
