package provider

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
)

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

// priorityOrDefault returns the priority of the header. Without a header, the default is
// the highest priority of the push type, or 10.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) priorityOrDefault() apns.Priority {
	switch {
	case r.priority != 0:
		return r.priority
	case r.pushType != nil:
		return r.pushType.Priorities.Highest()
	}
	return apns.PriorityImmediate
}
