package provider

import "github.com/apns-sim/apns-sim/apns"

// checkRegistered rejects a device token that has expired or is retired. Until its
// retirement is reported to providers, a push to it is accepted and dropped.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (r *request) checkRegistered() *apns.Rejection {
	if expired := r.expiredToken(); expired != nil || r.claims.Retired.IsZero() {
		return expired
	}
	if r.unreported = r.claims.Unreported(r.clock().Now()); r.unreported {
		return nil
	}
	return &apns.Rejection{
		Reason: apns.Unregistered,
		// "the time […] at which APNs confirmed the token was no longer valid"
		// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
		Since:  r.claims.Reported,
		Detail: "the token is no longer active; stop sending to it unless the app registers it again",
	}
}
