package fault

import (
	"encoding/json"
	"fmt"

	"github.com/apns-sim/apns-sim/internal/state"
)

// Restore adds the rules that were saved, with their counts, and returns the errors of those
// that cannot be added any more.
func (e *Engine) Restore(saved []state.Fault) (failed []error) {
	for i := range saved {
		if err := e.restore(&saved[i]); err != nil {
			failed = append(failed, err)
		}
	}
	return failed
}

func (e *Engine) restore(s *state.Fault) error {
	var rule Rule
	if err := json.Unmarshal(s.Rule, &rule); err != nil {
		return fmt.Errorf("fault rule %s: %w", s.Rule, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	r, err := e.readyLocked(rule, nil)
	if err != nil {
		return fmt.Errorf("fault rule %q: %w", rule.Name, err)
	}
	r.count, r.saved = count{s.Matched, s.Hits}, count{s.Matched, s.Hits}
	r.spent.Store(s.Hits >= rule.When.Times && rule.When.Times > 0 && !rule.When.PerConnection)
	r.seq = s.Number
	e.lastSeq = max(e.lastSeq, s.Number)
	e.rules = append(e.rules, r)
	e.publishLocked()
	return nil
}

// SaveTo saves each change from now on. It is called before the engine is used concurrently.
func (e *Engine) SaveTo(s *state.Saver) { e.saver = s }

// AddConfigured is Add for rules of the configuration. They are not saved, since the next
// start adds them again. They replace rules with the same names.
func (e *Engine) AddConfigured(rules ...Rule) ([]Rule, error) {
	e.saving.Lock()
	defer e.saving.Unlock()
	for i := range rules {
		name, space := rules[i].Name, rules[i].Space
		if name != "" {
			e.removeSaving(func(r *active) bool { return r.Name == name && r.Space == space })
		}
	}
	added, err := e.add(rules)
	if err != nil {
		return nil, err
	}
	return plain(added), nil
}

// saveRules saves rules that were added.
func (e *Engine) saveRules(added []*active) {
	if e.saver == nil {
		return
	}
	elements := make([]state.Element, len(added))
	for i, r := range added {
		e.mu.Lock()
		e.lastSeq++
		r.seq = e.lastSeq
		e.mu.Unlock()
		elements[i] = r.element()
	}
	e.saver.Save(elements...)
}

// element returns the form in which a rule is saved.
func (r *active) element() state.Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.saved = r.count
	rule, err := json.Marshal(&r.Rule)
	if err != nil { // it was parsed from JSON, or could have been
		panic(fmt.Sprintf("fault: encode rule %q: %v", r.Name, err))
	}
	return state.Fault{Number: r.seq, Rule: rule, Matched: r.matched, Hits: r.applied}
}

// SaveCounts saves the counts that have changed. Counts change with each request, so they are
// not saved at once.
func (e *Engine) SaveCounts() {
	if e.saver == nil {
		return
	}
	e.saving.Lock()
	defer e.saving.Unlock()
	e.mu.Lock()
	rules := e.rules
	e.mu.Unlock()
	var changed []state.Element
	for _, r := range rules {
		if r.changed() {
			changed = append(changed, r.element())
		}
	}
	e.saver.Save(changed...)
}

// changed reports whether the rule is saved, with counts that have changed since.
func (r *active) changed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seq > 0 && r.saved != r.count
}
