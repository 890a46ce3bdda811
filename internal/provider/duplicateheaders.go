package provider

import "github.com/apns-sim/apns-sim/apns"

// checkDuplicates requires every APNs header once at most. In Go, the usual cause is
// an Apns-Topic beside an apns-topic (observed: uniqush-push).
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (r *request) checkDuplicates() *apns.Rejection {
	if r.duplicateHeader != "" {
		return apns.Reject(apns.DuplicateHeaders, "the header", r.duplicateHeader, "occurs more than once")
	}
	return nil
}
