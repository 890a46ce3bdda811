package provider

import "github.com/apns-sim/apns-sim/apns"

// goAwayDebug returns the debug data of a GOAWAY: compact JSON with one of the reasons,
// and no timestamp (observed: sideshow/apns2#93, sideshow/apns2#117).
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func goAwayDebug(reason apns.Reason) []byte { return appendReason(nil, reason) }
