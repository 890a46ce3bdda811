package providerauth

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/state"
)

// A Registry holds teams, keys and apps, and verifies provider tokens. All methods may
// be called from any goroutine.
type Registry struct {
	cfg Config // read-only

	goodSignatures verdicts // tokens with a valid signature
	badSignatures  verdicts // tokens with an invalid signature
	sources        sources  // addresses of providers, for ScopeSource

	saver         *state.Saver // nil while the configuration is applied, and if nothing is saved; read-only then
	saving        sync.Mutex   // held while teams, keys or apps change and are saved: docs/lock-order.md
	savingUpdates sync.Mutex   // held while an update is saved, so that the newest is saved last: docs/lock-order.md

	mu         sync.RWMutex // taken before that of the spaces: docs/lock-order.md
	teams      map[string]*teamEntry
	keys       map[keyName]*keyEntry
	apps       map[scopedName]string // the app's team
	topics     map[scopedName]*Topic
	hashed     map[topicHash]*Topic // the same topics
	topicCount uint64               // number of topics added so far

	noBroadcast map[scopedName]struct{} // apps without the broadcast capability

	appChanges  atomic.Uint64 // number of changes to topics
	suspensions atomic.Int32  // number of suspended teams
}

// New returns an empty registry.
func New(cfg Config) *Registry {
	cfg = cfg.withDefaults()
	return &Registry{
		cfg:            cfg,
		goodSignatures: verdicts{limit: cfg.CachedVerdicts},
		badSignatures:  verdicts{limit: cfg.CachedVerdicts},
		teams:          make(map[string]*teamEntry),
		keys:           make(map[keyName]*keyEntry),
		apps:           make(map[scopedName]string),
		topics:         make(map[scopedName]*Topic),
		hashed:         make(map[topicHash]*Topic),
		noBroadcast:    make(map[scopedName]struct{}),
	}
}

// A scopedName is a bundle ID or a topic in a space. The same name in another space is
// another one.
type scopedName struct {
	space *space.Space // nil is the default space
	name  string
}

// A topicHash is the beginning of the hash of a topic, in a space.
type topicHash struct {
	space *space.Space
	begin [4]byte
}

func (t *Topic) hashed() topicHash { return topicHash{t.Space, [4]byte(t.Hash[:4])} }

// maxID is the longest team or key ID, in bytes. Apple's have ten characters; tests
// like descriptive ones.
const maxID = 64

// validID reports whether id can be a team ID or a key ID.
func validID(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// AddTeam adds a team. It is no error if it exists. A space for the team must be
// opened before.
func (r *Registry) AddTeam(id string) error {
	if !validID(id) {
		return fmt.Errorf("team ID %q: use 1 to %d letters and digits", id, maxID)
	}
	r.saving.Lock()
	defer r.saving.Unlock()
	if r.addTeam(id) {
		r.saver.Save(state.Team{ID: id})
	}
	return nil
}

// addTeam adds a team, and reports whether it was unknown.
func (r *Registry) addTeam(id string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.teams[id] != nil
	if !known {
		in := r.cfg.Spaces.ForTeam(id)
		r.teams[id] = &teamEntry{
			space: in, clock: cmp.Or(r.cfg.Spaces.Clock(in), r.cfg.Clock),
			apps: make(map[string]uint64), keys: make(map[string]*keyEntry),
		}
	}
	return !known
}

// RemoveTeam removes a team with its keys and apps. It is no error if the team is
// unknown.
func (r *Registry) RemoveTeam(id string) {
	r.saving.Lock()
	defer r.saving.Unlock()
	r.removeSaved(id)
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.teams[id]
	if m == nil {
		return
	}
	if m.suspended.Load() {
		r.suspensions.Add(-1)
	}
	for name, e := range m.keys {
		e.removed.Store(true)
		delete(r.keys, keyName{id, name})
	}
	for name := range m.apps {
		r.removeAppLocked(m, name)
	}
	delete(r.teams, id)
}

// Teams returns the known team IDs in order.
func (r *Registry) Teams() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Sorted(maps.Keys(r.teams))
}

// HasTeam reports whether a team is known.
func (r *Registry) HasTeam(id string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := r.teams[id]
	return ok
}
