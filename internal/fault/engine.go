package fault

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/state"
)

// MaxRules is how many rules an engine holds at most.
const MaxRules = 10_000

// Config configures an [Engine]. Its zero value is useful.
type Config struct {
	// Seed is the seed of random choices; 0 draws one. See [Engine.Seed].
	Seed uint64
	// Compile compiles an expression; nil rejects rules with expressions.
	Compile func(expression string) (Condition, error)
	// Clock returns the time of a space, "" being the default space; nil is the
	// machine's time everywhere.
	Clock func(space string) *clock.Clock
}

// An Engine holds rules and decides which apply. All methods may be called from
// any goroutine, and [Engine.Hits] on a nil *Engine, which has no rule.
type Engine struct {
	seed    uint64
	compile func(string) (Condition, error)
	clock   func(space string) *clock.Clock

	active [pointCount]atomic.Pointer[[]*active] // never changed once stored

	saver  *state.Saver // nil if nothing is saved; read-only in use
	saving sync.Mutex   // held while rules change and are saved: docs/lock-order.md

	mu      sync.Mutex     // held while rules change; taken before that of a rule: docs/lock-order.md
	rules   []*active      // in the order they were added
	named   map[string]int // how many names were generated, by space
	watch   []func()       // called when rules were removed
	lastSeq uint64         // of the newest rule that was saved
}

// An active rule is a rule with its state.
type active struct {
	// Read-only.
	Rule
	matcher   matcher
	condition Condition
	seq       uint64 // number among the saved rules; 0 if it is not saved. Set before it is saved

	removed atomic.Bool
	spent   atomic.Bool // it has applied as often as it may

	mu    sync.Mutex // taken before that of a Memory: docs/lock-order.md
	rng   *rand.Rand
	count // on all connections
	saved count

	undecided int    // how often the condition failed
	failure   string // the last time
}

// A Hit is one application of a rule.
type Hit struct {
	Rule   string // its name
	Action *Action
	Number int // 1 the first time; by connection if the rule counts so
	// Delay is the delay drawn from Action.Delay.
	Delay time.Duration

	from *active // nil if it is of no rule
}

// Same reports whether two hits are of one rule.
func (h *Hit) Same(other *Hit) bool { return h.from == other.from && h.Rule == other.Rule }

// Removed reports whether the rule has been removed.
func (h *Hit) Removed() bool { return h.from != nil && h.from.removed.Load() }

// String returns the rule and its action, for the journal.
func (h *Hit) String() string { return fmt.Sprintf("%s: %v", h.Rule, h.Action) }

// Streams returns the stream limit that this hit applies.
func (h *Hit) Streams() uint32 { return h.Action.Streams[(h.Number-1)%len(h.Action.Streams)] }

// New returns an engine without rules.
func New(cfg Config) *Engine {
	for cfg.Seed == 0 {
		cfg.Seed = rand.Uint64()
	}
	if cfg.Clock == nil {
		cfg.Clock = func(string) *clock.Clock { return nil }
	}
	return &Engine{seed: cfg.Seed, compile: cfg.Compile, clock: cfg.Clock, named: make(map[string]int)}
}

// Seed returns the seed of random choices. Engines with the same seed and rules make the
// same choices for the same traffic.
func (e *Engine) Seed() uint64 { return e.seed }

// Hits yields the rules that apply at p, in the order in which they were added. A rule is
// evaluated, and counted, only after the hits before it were yielded: if the caller stops,
// the rules after it are not counted. It costs almost nothing where there are no rules.
func (e *Engine) Hits(p Point, s *Attributes) iter.Seq[Hit] {
	return func(yield func(Hit) bool) {
		if e == nil {
			return
		}
		rules := e.active[p].Load()
		if rules == nil {
			return
		}
		for _, r := range *rules {
			if hit, ok := r.hit(s, e.clock); ok && !yield(hit) {
				return
			}
		}
	}
}

// Any reports whether there are rules at p, so that a server need not make attributes.
func (e *Engine) Any(p Point) bool { return e != nil && e.active[p].Load() != nil }

func (r *active) hit(s *Attributes, now func(space string) *clock.Clock) (Hit, bool) {
	if r.Rule.Space != "" && r.Rule.Space != s.Space {
		return Hit{}, false
	}
	if r.What.Sticky {
		if hit := s.Memory.stuck(r); hit != nil {
			return *hit, true
		}
	}
	if r.spent.Load() {
		return Hit{}, false
	}
	if !r.matcher.matches(s) || !r.holds(s) {
		return Hit{}, false
	}
	if r.When.Until != nil && !now(r.Rule.Space).Now().Before(*r.When.Until) {
		return Hit{}, false
	}
	hit, ok := r.counted(s.Memory)
	if ok && r.What.Sticky {
		s.Memory.stick(r, &hit)
	}
	return hit, ok
}

// holds evaluates the condition of the rule.
func (r *active) holds(s *Attributes) bool {
	if r.condition == nil {
		return true
	}
	ok, err := r.condition(s)
	if err != nil {
		r.mu.Lock()
		r.undecided, r.failure = r.undecided+1, err.Error()
		r.mu.Unlock()
	}
	return ok && err == nil
}

// counted counts a match and reports whether the rule applies to it.
func (r *active) counted(m *Memory) (hit Hit, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.matched++
	decide := func(c *count) {
		if ok = r.appliesLocked(c); ok {
			c.applied++
			hit = Hit{Rule: r.Name, Action: &r.What, Number: c.applied, from: r}
		}
	}
	if m != nil && r.When.PerConnection {
		m.counted(r, func(c *count) {
			c.matched++
			decide(c)
		})
	} else {
		decide(&count{r.matched, r.applied})
	}
	if !ok {
		return Hit{}, false
	}
	r.applied++
	r.spent.Store(r.applied == r.When.Times && !r.When.PerConnection)
	if r.What.Delay != nil {
		hit.Delay = r.What.Delay.draw(r.rng, hit.Number)
	}
	return hit, true
}

// appliesLocked reports whether the rule applies to the match that was just counted.
func (r *active) appliesLocked(c *count) bool {
	w := &r.When
	if w.Times > 0 && c.applied >= w.Times || c.matched <= w.After {
		return false
	}
	if w.Every > 1 && (c.matched-w.After-1)%w.Every != 0 {
		return false
	}
	return w.Probability == 0 || r.rng.Float64() < w.Probability
}

// ErrName says that a name is taken, or that no rule has it.
var ErrName = errors.New("name")

// Add adds rules, all of them or none, and returns them with their names. The error is [ErrRule] or [ErrName].
func (e *Engine) Add(rules ...Rule) ([]Rule, error) {
	e.saving.Lock()
	defer e.saving.Unlock()
	added, err := e.add(rules)
	if err != nil {
		return nil, err
	}
	e.saveRules(added)
	return plain(added), nil
}

func (e *Engine) add(rules []Rule) ([]*active, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.rules)+len(rules) > MaxRules {
		return nil, fmt.Errorf("%w: there are %d rules already, of %d at most; remove some", ErrRule, len(e.rules), MaxRules)
	}
	added := make([]*active, len(rules))
	for i := range rules {
		r, err := e.readyLocked(rules[i], added[:i])
		if err != nil {
			return nil, err
		}
		added[i] = r
	}
	e.rules = append(e.rules, added...)
	e.publishLocked()
	return added, nil
}

// readyLocked checks and compiles a rule; beside are the rules that are added with it.
func (e *Engine) readyLocked(rule Rule, beside []*active) (*active, error) {
	if err := rule.Check(); err != nil {
		return nil, err
	}
	taken := func(name string) bool {
		return slices.ContainsFunc(slices.Concat(e.rules, beside), func(other *active) bool { return other.Name == name && other.Space == rule.Space })
	}
	given := rule.Name
	for given == "" && (rule.Name == "" || taken(rule.Name)) { // a rule that was restored may have the name
		e.named[rule.Space]++
		rule.Name = fmt.Sprintf("%s-%d", rule.What.Do, e.named[rule.Space])
	}
	if taken(rule.Name) {
		return nil, fmt.Errorf("%w %q is taken by another rule; choose another, or remove that one", ErrName, rule.Name)
	}
	place, err := rule.Where.ready(rule.What.point())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRule, err)
	}
	r := &active{Rule: rule, matcher: place, rng: rand.New(rand.NewPCG(e.seed, hash(rule.Name)))}
	if rule.When.If == "" {
		return r, nil
	}
	if e.compile == nil {
		return nil, fmt.Errorf("%w: when.if: expressions are not available here; use where", ErrRule)
	}
	condition, err := e.compile(rule.When.If)
	if err != nil {
		return nil, fmt.Errorf("%w: when.if: %w", ErrRule, err)
	}
	r.condition = condition
	return r, nil
}

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // never fails
	return h.Sum64()
}

// publishLocked makes the rules visible to Hits.
func (e *Engine) publishLocked() {
	var at [pointCount][]*active
	for _, r := range e.rules {
		p := r.What.point()
		at[p] = append(at[p], r)
	}
	for p := range at {
		if len(at[p]) == 0 {
			e.active[p].Store(nil)
			continue
		}
		e.active[p].Store(&at[p])
	}
}

func plain(rules []*active) []Rule {
	all := make([]Rule, len(rules))
	for i, r := range rules {
		all[i] = r.Rule
	}
	return all
}

// A State is a rule with its counters.
type State struct {
	Rule
	// Matched is how often its Where matched while it could still apply, Hits how
	// often it applied.
	Matched int `json:"matched"`
	Hits    int `json:"hits"`
	// Undecided is how often its condition could not be evaluated, so that it did not
	// apply, and Failure the last error.
	Undecided int    `json:"undecided,omitempty" doc:"how often its condition could not be evaluated, so that it did not apply"`
	Failure   string `json:"failure,omitempty" doc:"why its condition could not be evaluated the last time"`
}

// Rules returns the rules in the order they were added.
func (e *Engine) Rules() []State {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make([]State, len(e.rules))
	for i, r := range e.rules {
		r.mu.Lock()
		all[i] = State{Rule: r.Rule, Matched: r.matched, Hits: r.applied, Undecided: r.undecided, Failure: r.failure}
		r.mu.Unlock()
	}
	return all
}

// RulesAt returns the rules at some points, in the order they were added. It costs almost
// nothing where there are none.
func (e *Engine) RulesAt(points ...Point) []State {
	if !slices.ContainsFunc(points, e.Any) {
		return nil
	}
	return slices.DeleteFunc(e.Rules(), func(r State) bool { return !slices.Contains(points, r.What.point()) })
}

// Find returns the rule of a name in a space, "" being those of no space. The error is
// [ErrName].
func (e *Engine) Find(space, name string) (State, error) {
	var names []string
	for _, r := range e.Rules() {
		if r.Space != space {
			continue
		}
		if r.Name == name {
			return r, nil
		}
		names = append(names, r.Name)
	}
	where := ""
	if space != "" {
		where = " of space " + space
	}
	if len(names) == 0 {
		return State{}, fmt.Errorf("no rule%s has the %w %q; there are none", where, ErrName, name)
	}
	more := ""
	if left := len(names) - shownNames; left > 0 {
		more = fmt.Sprintf(" and %d more", left)
		names = names[:shownNames]
	}
	return State{}, fmt.Errorf("no rule%s has the %w %q; there are %q%s", where, ErrName, name, names, more)
}

// shownNames is how many names of other rules an error shows.
const shownNames = 10

// Remove removes the rule of a name in a space, "" being those of no space. The error is [ErrName].
func (e *Engine) Remove(space, name string) error {
	if n := e.removeIf(func(r *active) bool { return r.Name == name && r.Space == space }); n == 0 {
		_, err := e.Find(space, name)
		return err
	}
	return nil
}

// RemoveSpace removes the rules that apply to one space only, or all rules for ""; see
// [Rule.Only]. It returns how many.
func (e *Engine) RemoveSpace(space string) int {
	return e.RemoveFunc(func(r *Rule) bool { return space == "" || r.Only() == space })
}

// Watch registers f, which is called from any goroutine after rules were removed; see
// [Hit.Removed].
func (e *Engine) Watch(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.watch = append(e.watch, f)
}

// RemoveFunc removes the rules for which unwanted returns true, and returns how many.
func (e *Engine) RemoveFunc(unwanted func(*Rule) bool) int {
	return e.removeIf(func(r *active) bool { return unwanted(&r.Rule) })
}

func (e *Engine) removeIf(unwanted func(*active) bool) int {
	e.saving.Lock()
	n, watch := e.removeSaving(unwanted)
	e.saving.Unlock()
	if n > 0 {
		for _, f := range watch {
			f()
		}
	}
	return n
}

// removeSaving removes rules, with what was saved of them, and returns how many and the
// functions to call.
func (e *Engine) removeSaving(unwanted func(*active) bool) (int, []func()) {
	removed, watch := e.take(unwanted)
	var saved []state.Element
	for _, r := range removed {
		if r.seq > 0 {
			saved = append(saved, state.Fault{Number: r.seq})
		}
	}
	e.saver.Remove(saved...)
	return len(removed), watch
}

// take removes rules, and returns them and the functions to call.
func (e *Engine) take(unwanted func(*active) bool) (removed []*active, watch []func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rules = slices.DeleteFunc(slices.Clone(e.rules), func(r *active) bool {
		if !unwanted(r) {
			return false
		}
		r.removed.Store(true)
		removed = append(removed, r)
		return true
	})
	e.publishLocked()
	return removed, e.watch
}

// CopyCount returns how often a push is sent in total.
func (a *Action) CopyCount() int { return cmp.Or(a.Copies, 2) }
