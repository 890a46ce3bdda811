package provider

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// expiredToken rejects a device token that has expired, which Apple does not explain
// further. Here it is a token that a test has expired, or one that was encrypted with
// an older device-token key if the configuration says so.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (r *request) expiredToken() *apns.Rejection {
	keysExpired := r.conn.server.cfg.OldKeysExpired
	switch {
	case r.claims.Expired:
		return expiredSince(r.claims.Retired, "the token has expired; the app has to register again")
	case r.claims.Retired.IsZero() && r.claims.Key > 0 && !keysExpired.IsZero():
		return expiredSince(keysExpired, "the token was encrypted with an older device-token key; the app has to register again")
	}
	return nil
}

func expiredSince(since time.Time, detail string) *apns.Rejection {
	return &apns.Rejection{Reason: apns.ExpiredToken, Since: since, Detail: detail}
}
