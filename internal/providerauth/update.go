package providerauth

import (
	"fmt"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A holder has the token in use, on a connection or of a key, and counts its
// updates.
type holder struct {
	mu      sync.Mutex
	token   *Token
	updated time.Time // when token took the place of another; zero if it never did
}

// holdsLocked reports whether t is the token in use.
func (h *holder) holdsLocked(t *Token) bool {
	return h.token == t || h.token != nil && h.token.digest == t.digest
}

// mayChangeLocked decides whether another token may take the place of the one in
// use: more than once per 20 minutes on the same connection is
// TooManyProviderTokenUpdates, "Establishing a token-based connection to APNs".
//
// Updates are counted by arrival. The first token of a connection is none: a
// provider that opens a connection with a token of 55 minutes must be able to
// renew it five minutes later.
func (h *holder) mayChangeLocked(now time.Time, window time.Duration) error {
	if window < 0 || h.updated.IsZero() {
		return nil
	}
	if since := now.Sub(h.updated); since < window {
		return apns.Reject(apns.TooManyProviderTokenUpdates,
			fmt.Sprintf("the token changed %s ago; it may change once in %s", since.Round(time.Second), window))
	}
	return nil
}

// changeLocked puts t in use. The first token is no update.
func (h *holder) changeLocked(t *Token, now time.Time) {
	if h.token != nil {
		h.updated = now
	}
	h.token = t
}
