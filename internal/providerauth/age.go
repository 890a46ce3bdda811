package providerauth

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// usable asks of a token with a good signature what may change between two
// uses: whether its key is still there and good for env, and its age.
func (r *Registry) usable(t *Token, env apns.Environment) error {
	if t.key.removed.Load() {
		return invalid("key %s of team %s was revoked", t.KeyID, t.TeamID)
	}
	if t.key.member.suspended.Load() {
		return forbidden(t.TeamID)
	}
	if !t.key.usableIn(env) {
		return apns.Reject(r.cfg.wrongEnvironment(),
			fmt.Sprintf("key %s is restricted to %s and this is %s", t.KeyID, t.key.Environments[0], env))
	}
	return r.checkAge(t)
}

// checkAge holds iat against the clock, which must be within one hour of now:
// "Establishing a token-based connection to APNs".
func (r *Registry) checkAge(t *Token) error {
	age := t.Clock().Now().Sub(t.IssuedAt)
	switch {
	case age > r.cfg.MaxAge:
		return apns.Reject(apns.ExpiredProviderToken,
			fmt.Sprintf("iat is %s, %s ago; a token is good for %s", stamp(t.IssuedAt), age.Round(time.Second), r.cfg.MaxAge))
	case r.cfg.MaxFuture >= 0 && -age > r.cfg.MaxFuture:
		return apns.Reject(apns.ExpiredProviderToken,
			fmt.Sprintf("iat is %s, %s ahead of the clock; it must be in seconds, not milliseconds, and at most %s ahead",
				stamp(t.IssuedAt), (-age).Round(time.Second), r.cfg.MaxFuture))
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
