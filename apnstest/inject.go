package apnstest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/apns-sim/apns-sim/internal/fault"
)

// Inject puts faults into effect until undo is called or the test ends:
//
//	undo := apple.Inject(apnstest.Reject(apns.TooManyRequests).Times(2))
//
// Faults of a space apply only to its team, those of a [Server] to all teams.
func (s *Space) Inject(faults ...Fault) (undo func()) {
	s.tb.Helper()
	conditions := &s.server.conditions
	var rules []fault.Rule
	var names []string
	s.tb.Cleanup(func() { conditions.remove(names) })
	for _, f := range faults {
		var condition string
		if f.condition != nil {
			condition = conditions.add(f.condition)
			names = append(names, condition)
		}
		more, err := f.rules(condition)
		if err != nil {
			s.tb.Fatalf("apnstest: %v", err)
		}
		rules = append(rules, more...)
	}
	return s.inject(rules)
}

func (s *Space) inject(rules []fault.Rule) (undo func()) {
	s.tb.Helper()
	engine, space := s.server.simulator().Faults, s.ofFaults()
	for i := range rules {
		rules[i].Space = space
	}
	added, err := engine.Add(rules...)
	if err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	var once sync.Once
	undo = func() {
		once.Do(func() {
			for i := range added {
				if err := engine.Remove(space, added[i].Name); err != nil && !errors.Is(err, fault.ErrName) { // Reset may have been first
					s.tb.Errorf("apnstest: %v", err)
				}
			}
		})
	}
	s.tb.Cleanup(undo)
	if slices.ContainsFunc(rules, isRandom) {
		s.tb.Cleanup(func() {
			if s.tb.Failed() {
				s.tb.Logf("apnstest: faults applied at random; Config{Seed: %d} repeats it", engine.Seed())
			}
		})
	}
	return undo
}

// ofFaults is the space of the faults that are injected here.
func (s *Space) ofFaults() string {
	if s.isDefault() {
		return ""
	}
	return s.TeamID
}

// Faults returns the faults in effect here, in the order in which they were injected.
func (s *Space) Faults() []FaultState {
	var all []FaultState
	for _, state := range s.server.simulator().Faults.Rules() {
		if state.Space == s.ofFaults() {
			all = append(all, FaultState{state.Name, state.Matched, state.Hits})
		}
	}
	return all
}

// Hits returns how often the fault of a name has applied. The fault must still be in
// effect, though it may have reached its [Fault.Times].
func (s *Space) Hits(name string) int {
	s.tb.Helper()
	all := s.Faults()
	i := slices.IndexFunc(all, func(f FaultState) bool { return f.Name == name })
	if i < 0 {
		s.tb.Fatalf("apnstest: there is no fault %q; there are %v", name, all)
	}
	return all[i].Hits
}

// isRandom reports whether the effect of a rule depends on the seed.
func isRandom(r fault.Rule) bool {
	if p := r.When.Probability; p != 0 && p != 1 {
		return true
	}
	delay := r.What.Delay
	return delay != nil && (delay.Sigma != 0 || delay.Min != 0 || delay.Fixed == 0 && delay.Growth == 0)
}

// conditions are the functions of [Fault.If], by the names that rules have for them.
type conditions struct {
	mu     sync.Mutex
	byName map[string]func(FaultContext) bool
	made   int
}

// add names a condition.
func (c *conditions) add(f func(FaultContext) bool) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byName == nil {
		c.byName = make(map[string]func(FaultContext) bool)
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

// find is the compiler of conditions that the fault engine uses.
func (c *conditions) find(name string) (fault.Condition, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.byName[name]
	if f == nil {
		return nil, fmt.Errorf("there is no %s", name)
	}
	return func(s *fault.Attributes) (bool, error) { return f(faultContext(s)), nil }, nil
}
