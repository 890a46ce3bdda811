package provider

import (
	"fmt"
	"strconv"

	"github.com/apns-sim/apns-sim/apns"
)

// The headers of
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns

// checkID requires a UUID.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkID() *apns.Rejection {
	if r.idHeader.present && !r.idValid {
		return apns.Reject(apns.BadMessageId, "apns-id is", quote(r.idHeader.value)+", not a UUID of the form 8-4-4-4-12")
	}
	return nil
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

// checkPriority requires 10, 5 or 1.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkPriority() *apns.Rejection {
	switch {
	case !r.priorityHeader.present:
	case r.priorityHeader.value == "10":
		r.priority = apns.PriorityImmediate
	case r.priorityHeader.value == "5":
		r.priority = apns.PriorityConserve
	case r.priorityHeader.value == "1":
		r.priority = apns.PriorityNeverWake
	default:
		return apns.Reject(apns.BadPriority, "apns-priority is", quote(r.priorityHeader.value)+"; use 10, 5 or 1")
	}
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

// checkPushType requires a known push type. None at all is accepted: Apple requires
// the header for watchOS only, and older providers do not send it.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkPushType() *apns.Rejection {
	if !r.pushTypeHeader.present {
		return nil
	}
	if r.pushType = apns.LookupPushType(apns.PushType(r.pushTypeHeader.value)); r.pushType == nil {
		return apns.Reject(apns.InvalidPushType, "apns-push-type is", quote(r.pushTypeHeader.value)+", which APNs does not know")
	}
	return nil
}

// checkTypePriority requires a priority that the push type allows: background pushes
// have 5, and 10 is an error. Without a header, a push has a priority of its type.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkTypePriority() *apns.Rejection {
	if r.pushType == nil || r.priority == 0 || r.pushType.Priorities.Has(r.priority) || r.conn.server.cfg.AnyPriority {
		return nil
	}
	return apns.Reject(apns.BadPriority,
		fmt.Sprintf("apns-priority is %d; a %s push has %s", r.priority, r.pushType.Type, r.pushType.Priorities))
}

// effectivePriority returns the priority of the header, else the default: the highest
// of the push type, or 10.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) effectivePriority() apns.Priority {
	switch {
	case r.priority != 0:
		return r.priority
	case r.pushType != nil:
		return r.pushType.Priorities.Highest()
	}
	return apns.PriorityImmediate
}
