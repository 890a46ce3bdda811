package providerauth

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// An updateCounter has the token in use, on a connection, of a key or of an address,
// and counts its updates.
type updateCounter struct {
	// current is the token in use; nil before the first, or if it is invalid.
	// It is written with mu locked.
	current atomic.Pointer[Token]

	mu      sync.Mutex // taken before that of the registry: docs/lock-order.md
	used    bool       // there is a token in use
	digest  digest     // of that token
	updated time.Time  // when it replaced another one; zero if it never did
}

// admit decides whether the token d may be in use now; check decides last. t is nil if
// the token is invalid. It reports whether the token in use has changed.
func (h *updateCounter) admit(d digest, t *Token, r *Registry, check func(*Token) error) (changed bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	held := h.used && h.digest == d
	now := r.cfg.Clock.Now()
	if t != nil {
		now = t.Clock().Now()
	}
	if !held {
		if err := h.mayChangeLocked(now, r.cfg.UpdateWindow); err != nil {
			return false, err
		}
	}
	if t != nil {
		if err := check(t); err != nil {
			return false, err
		}
	}
	if !held {
		h.changeLocked(d, now)
	}
	h.current.Store(t)
	return !held, nil
}

// mayChangeLocked decides whether another token may replace the one in use: more than
// one update in 20 minutes is TooManyProviderTokenUpdates.
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
//
// Updates are counted when they arrive. The first token of a connection is not an update: a
// provider that opens a connection with a token of 55 minutes must be able to renew it
// five minutes later.
func (h *updateCounter) mayChangeLocked(now time.Time, window time.Duration) error {
	if window < 0 || h.updated.IsZero() {
		return nil
	}
	// A time in the future means that the clock was set back.
	if since := now.Sub(h.updated); 0 <= since && since < window {
		return apns.Reject(apns.TooManyProviderTokenUpdates,
			fmt.Sprintf("the token changed %s ago; it may change once in %s", since.Round(time.Second), window))
	}
	return nil
}

// changeLocked puts a token in use. The first one is no update.
func (h *updateCounter) changeLocked(d digest, now time.Time) {
	if h.used {
		h.updated = now
	}
	h.used, h.digest = true, d
}

// maxSources is the number of addresses that are remembered; half of them at least. An
// address that was forgotten starts again.
const maxSources = 4096

// sources has an updateCounter for each address of providers. When the young ones are
// half of maxSources, they become the old ones, and the former old ones are forgotten.
type sources struct {
	mu         sync.Mutex
	young, old map[string]*updateCounter
}

// of returns the counter of an address, and those that are forgotten for it.
func (s *sources) of(address string) (h *updateCounter, forgotten map[string]*updateCounter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.young[address]; h != nil {
		return h, nil
	}
	h = s.old[address]
	delete(s.old, address)
	if h == nil {
		h = new(updateCounter)
	}
	if s.young == nil || len(s.young) >= maxSources/2 {
		s.young, s.old, forgotten = make(map[string]*updateCounter), s.young, s.old
	}
	s.young[address] = h
	return h, forgotten
}
