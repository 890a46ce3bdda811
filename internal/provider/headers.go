package provider

import (
	"fmt"
	"strconv"

	"github.com/apns-sim/apns-sim/apns"
)

// A header is the value of a request header, and whether there was one.
type header struct {
	value   string
	present bool
}

// checkExpiration requires UNIX seconds. A moment in the past is allowed: the push is
// then not stored.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkExpiration() *apns.Rejection {
	if !r.expirationHeader.present {
		return nil
	}
	seconds, err := strconv.ParseUint(r.expirationHeader.value, 10, 63)
	if err != nil {
		return apns.Reject(apns.BadExpirationDate, "apns-expiration is", quote(r.expirationHeader.value)+", not whole seconds since 1970")
	}
	r.expiration = apns.Expiration(seconds)
	return nil
}

// checkCollapseID requires 64 bytes at most.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkCollapseID() *apns.Rejection {
	if n := len(r.collapseIDHeader.value); n > apns.MaxCollapseID {
		return apns.Reject(apns.BadCollapseId, fmt.Sprintf("apns-collapse-id has %d bytes, more than %d", n, apns.MaxCollapseID))
	}
	return nil
}

// header returns where the value of a header is stored, nil if it is ignored: APNs ignores
// headers that it does not document.
// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/
func (r *request) header(name string) *header {
	switch name {
	case apns.HeaderAuthorization:
		return &r.authorizationHeader
	case apns.HeaderTopic:
		return &r.topicHeader
	case apns.HeaderPushType:
		return &r.pushTypeHeader
	case apns.HeaderID:
		return &r.idHeader
	case apns.HeaderExpiration:
		return &r.expirationHeader
	case apns.HeaderPriority:
		return &r.priorityHeader
	case apns.HeaderCollapseID:
		return &r.collapseIDHeader
	}
	return nil
}
