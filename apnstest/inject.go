package apnstest

import (
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/apns-sim/apns-sim/internal/fault"
)

// Inject puts faults into force and returns what takes them out again, which the end
// of the test does too:
//
//	undo := apple.Inject(apnstest.Fault{Reason: apns.TooManyRequests, Times: 2})
//	defer undo()
//
// Faults of a space happen to its own team alone, those of a [Server] to everybody.
func (s *Space) Inject(faults ...Fault) (undo func()) {
	s.tb.Helper()
	conditions := &s.server.conditions
	var rules []fault.Rule
	var names []string
	for i := range faults {
		rule := faults[i].rule()
		if faults[i].If != nil {
			rule.When.If = conditions.add(faults[i].If)
			names = append(names, rule.When.If)
		}
		rules = append(rules, rule)
	}
	s.tb.Cleanup(func() { conditions.remove(names) })
	return s.inject(rules)
}

// InjectPreset puts a quirk into force that was seen at APNs, by its name in
// docs/faults.md, "wedged" for instance; see [Space.Inject]. where are filter words
// and values in turn that say to whom it happens.
func (s *Space) InjectPreset(name string, where ...any) (undo func()) {
	s.tb.Helper()
	preset, err := fault.FindPreset(name)
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	more, err := pairs(where)
	if err != nil {
		s.tb.Fatalf("apnstest: preset %s: %v", name, err)
	}
	narrower := fault.Where{}
	for word, values := range more {
		if len(values) > 1 {
			s.tb.Fatalf("apnstest: preset %s: %s has %d values; a fault takes one", name, word, len(values))
		}
		narrower[word] = values[0]
	}
	rules, err := preset.With(narrower, fault.When{})
	if err != nil {
		s.tb.Fatalf("apnstest: preset %s: %v", name, err)
	}
	return s.inject(rules)
}

func (s *Space) inject(rules []fault.Rule) (undo func()) {
	s.tb.Helper()
	engine := s.server.sim.Faults
	for i := range rules {
		if !s.common() {
			rules[i].Space = s.TeamID
		}
	}
	added, err := engine.Add(rules...)
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	var once sync.Once
	undo = func() {
		once.Do(func() {
			for i := range added {
				if err := engine.Remove(added[i].Space, added[i].Name); err != nil && !errors.Is(err, fault.ErrName) { // Reset may have been first
					s.tb.Errorf("apnstest: %v", err)
				}
			}
		})
	}
	s.tb.Cleanup(undo)
	return undo
}

// conditions are the functions that stand in the place of expressions.
type conditions struct {
	mu     sync.Mutex
	byName map[string]func(Happening) bool
	made   int
}

// add keeps a condition and names it.
func (c *conditions) add(f func(Happening) bool) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byName == nil {
		c.byName = make(map[string]func(Happening) bool)
	}
	c.made++
	name := "function " + strconv.Itoa(c.made)
	c.byName[name] = f
	return name
}

func (c *conditions) remove(names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range names {
		delete(c.byName, name)
	}
}

// find is what the engine compiles expressions with.
func (c *conditions) find(name string) (fault.Condition, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.byName[name]
	if f == nil {
		return nil, fmt.Errorf("there is no %s", name)
	}
	return func(s *fault.Subject) bool { return f(happening(s)) }, nil
}
