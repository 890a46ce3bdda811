package apnstest

import (
	"errors"
	"fmt"
	"slices"
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
	s.tb.Cleanup(func() { conditions.remove(names) })
	for i := range faults {
		var condition string
		if faults[i].If != nil {
			condition = conditions.add(faults[i].If)
			names = append(names, condition)
		}
		more, err := faults[i].rules(condition)
		if err != nil {
			s.tb.Fatalf("apnstest: %v", err)
		}
		rules = append(rules, more...)
	}
	return s.inject(rules)
}

// InjectPreset puts a quirk into force that was seen at APNs, by its name in
// docs/faults.md, "wedged" for instance. where are filter words and values in turn
// that say to whom it happens. It is short for [Space.Inject] with a [Fault] of that
// Preset, which can say more.
func (s *Space) InjectPreset(name string, where ...any) (undo func()) {
	s.tb.Helper()
	more, err := pairs(where)
	if err != nil {
		s.tb.Fatalf("apnstest: preset %s: %v", name, err)
	}
	all := map[string]string{}
	for word, values := range more {
		if len(values) > 1 {
			s.tb.Fatalf("apnstest: preset %s: %s has %d values; a fault takes one", name, word, len(values))
		}
		all[word] = values[0]
	}
	return s.Inject(Fault{Preset: name, Where: all})
}

func (s *Space) inject(rules []fault.Rule) (undo func()) {
	s.tb.Helper()
	engine, space := s.server.sim.Faults, s.ofFaults()
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
	if slices.ContainsFunc(rules, byChance) {
		s.tb.Cleanup(func() {
			if s.tb.Failed() {
				s.tb.Logf("apnstest: faults have happened by chance; Config{Seed: %d} repeats it", engine.Seed())
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

// A FaultState is a fault that is in force.
type FaultState struct {
	// Name is that of [Fault], or what was made up. A preset with several faults
	// numbers them: slow-connect-1.
	Name string
	// Matched is how often there was somebody to whom it could happen, Applied how
	// often it did.
	Matched, Applied int
}

// Faults returns what is in force here, in the order in which it was injected. It
// tells of faults that no push shows as well, of those of connections for instance.
func (s *Space) Faults() []FaultState {
	var all []FaultState
	for _, state := range s.server.sim.Faults.Rules() {
		if state.Space == s.ofFaults() {
			all = append(all, FaultState{state.Name, state.Matched, state.Applied})
		}
	}
	return all
}

// Applied returns how often the fault of a name has happened. The fault has to be in
// force still, if only because it is done.
func (s *Space) Applied(name string) int {
	s.tb.Helper()
	all := s.Faults()
	i := slices.IndexFunc(all, func(f FaultState) bool { return f.Name == name })
	if i < 0 {
		s.tb.Fatalf("apnstest: there is no fault %q; there are %v", name, all)
	}
	return all[i].Applied
}

// byChance reports whether it depends on the seed what a rule does.
func byChance(r fault.Rule) bool {
	if p := r.When.Probability; p != 0 && p != 1 {
		return true
	}
	delay := r.What.Delay
	return delay != nil && (delay.Sigma != 0 || delay.Min != 0 || delay.Fixed == 0 && delay.Growth == 0)
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
	return func(s *fault.Subject) (bool, error) { return f(happening(s)), nil }, nil
}
