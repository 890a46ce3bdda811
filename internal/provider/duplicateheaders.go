package provider

import "github.com/apns-sim/apns-sim/apns"

// checkDuplicates wants every APNs header once at most. In Go, the usual cause
// is an Apns-Topic beside an apns-topic (uniqush-push).
func (r *request) checkDuplicates() *apns.Rejection {
	if r.duplicateHeader != "" {
		return apns.Reject(apns.DuplicateHeaders, "the header", r.duplicateHeader, "occurs more than once")
	}
	return nil
}
