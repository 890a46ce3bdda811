package fault

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// A Rule is one named fault.
type Rule struct {
	Name string `json:"name,omitempty" doc:"unique within its space; generated if left out" maxLength:"100"`
	// Space is the team to whose traffic the rule is limited; "" is all.
	Space string `json:"space,omitempty" doc:"space that the rule belongs to"`
	Where Where  `json:"where,omitempty" doc:"filters that select what the rule applies to; everything if left out"`
	When  When   `json:"when,omitzero" doc:"when and how often it applies; always if left out"`
	What  Action `json:"what" doc:"the fault"`
}

// Only returns the space to which the rule is limited, by Space or by Where; "" if it is
// not.
func (r *Rule) Only() string { return cmp.Or(r.Space, r.Where["space"]) }

// A When says how often a rule applies to what matches its Where.
type When struct {
	// Probability is the probability of applying, by the engine's seed; 0 means 1.
	Probability float64 `json:"probability,omitempty" doc:"probability of applying, from 0 to 1" minimum:"0" maximum:"1"`
	// After is how many matches are skipped first, Every applies the rule to the first of
	// so many matches, and Times limits how often it applies in total.
	After int `json:"after,omitempty" doc:"skip this many matches first" minimum:"0"`
	Every int `json:"every,omitempty" doc:"then apply to the first of every N matches" minimum:"0"`
	Times int `json:"times,omitempty" doc:"apply at most this many times" minimum:"0"`
	// PerConnection counts each connection separately: After, Every, Times, and values
	// that grow or are applied one after another.
	PerConnection bool `json:"perConnection,omitempty" doc:"count per connection"`
	// Until is when the rule expires, by the clock of its space.
	Until *time.Time `json:"until,omitempty" doc:"the rule expires at this time"`
	// If is an expression over the fields of the request or push.
	If string `json:"if,omitempty" doc:"expression that must be true, over topic, team, token, type, path, payload, …" maxLength:"1000"`
}

// A Condition is a compiled When.If. It fails if it cannot be evaluated; the rule does not
// apply then.
type Condition func(*Attributes) (bool, error)

// ErrRule says that a rule is invalid. Its text names each place and the remedy.
var ErrRule = errors.New("invalid fault rule")

// Check reports everything that is invalid about a rule, except for expressions. The error is [ErrRule].
func (r *Rule) Check() error {
	problems := r.What.problems()
	if kindByName[r.What.Do] != nil {
		if _, err := r.Where.ready(r.What.point()); err != nil {
			problems = append(problems, err)
		}
		if r.Space != "" && !knownAt(r.What.point(), "space") {
			problems = append(problems, fmt.Errorf("space cannot match at the %v, before authentication; leave space out, or use a fault of requests",
				r.What.point()))
		}
		if r.When.PerConnection && !points[r.What.point()].repeats {
			problems = append(problems, fmt.Errorf("when.perConnection has no meaning at the %v, which every connection meets once; leave it out",
				r.What.point()))
		}
	}
	problems = append(problems, r.When.problems()...)
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrRule, errors.Join(problems...))
}

func (w *When) problems() (problems []error) {
	if !(w.Probability >= 0 && w.Probability <= 1) { // nor no number
		problems = append(problems, fmt.Errorf("when.probability is %v; it is from 0 to 1", w.Probability))
	}
	for _, count := range []struct {
		name  string
		value int
	}{{"after", w.After}, {"every", w.Every}, {"times", w.Times}} {
		if count.value < 0 {
			problems = append(problems, fmt.Errorf("when.%s is %d; it cannot be negative", count.name, count.value))
		}
	}
	return problems
}
