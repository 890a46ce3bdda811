package providerauth

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// usable checks of a token with a valid signature what may change between two uses:
// whether its key still exists and is for env, its team, and its age.
func (r *Registry) usable(t *Token, env apns.Environment) error {
	if t.key.removed.Load() {
		return invalid("key %s of team %s was revoked", t.KeyID, t.TeamID)
	}
	if t.key.team.suspended.Load() {
		return forbidden(t.TeamID)
	}
	if !t.key.usableIn(env) {
		return apns.Reject(r.cfg.wrongEnvironment(),
			fmt.Sprintf("key %s is restricted to %s and this is %s", t.KeyID, t.key.Environments[0], env))
	}
	return r.CheckAge(t.IssuedAt, t.Clock().Now())
}

// CheckAge requires the iat of a provider token to be within one hour of now. The
// error is an [apns.Rejection].
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
func (r *Registry) CheckAge(issuedAt, now time.Time) error {
	age := now.Sub(issuedAt)
	switch {
	case age > r.cfg.MaxAge:
		return apns.Reject(apns.ExpiredProviderToken,
			fmt.Sprintf("iat is %s, %s ago; a token is valid for %s", stamp(issuedAt), age.Round(time.Second), r.cfg.MaxAge))
	case r.cfg.MaxFuture >= 0 && -age > r.cfg.MaxFuture:
		return apns.Reject(apns.ExpiredProviderToken,
			fmt.Sprintf("iat is %s, %s ahead of the clock; it must be in seconds, not milliseconds, and at most %s ahead",
				stamp(issuedAt), (-age).Round(time.Second), r.cfg.MaxFuture))
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
