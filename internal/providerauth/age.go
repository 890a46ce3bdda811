package providerauth

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// CheckAge requires the iat of a provider token to be within one hour of now. The
// error is an [apns.Rejection].
// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
func (r *Registry) CheckAge(issuedAt, now time.Time) error {
	age := now.Sub(issuedAt)
	switch {
	case age > r.cfg.MaxAge:
		return apns.Reject(apns.ExpiredProviderToken,
			fmt.Sprintf("iat is %s, %s ago; a token is valid for %s", formatTime(issuedAt), age.Round(time.Second), r.cfg.MaxAge))
	case r.cfg.MaxFuture >= 0 && -age > r.cfg.MaxFuture:
		return apns.Reject(apns.ExpiredProviderToken,
			fmt.Sprintf("iat is %s, %s ahead of the clock; it must be in seconds, not milliseconds, and at most %s ahead",
				formatTime(issuedAt), (-age).Round(time.Second), r.cfg.MaxFuture))
	}
	return nil
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
