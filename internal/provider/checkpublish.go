package provider

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// The checks that only broadcasts have: "Sending broadcast push notification
// requests to APNs".

// isLiveActivity compares without regard to case, since Apple's pages spell
// the push type in three ways.
func isLiveActivity(pushType string) bool {
	return strings.EqualFold(pushType, string(apns.LiveActivity))
}

func (r *channelRequest) checkLiveActivity() *apns.Rejection {
	switch {
	case r.pushTypeHeader.value == "":
		return apns.Reject(apns.MissingPushType, "there is no apns-push-type, which a broadcast has to have")
	case !isLiveActivity(r.pushTypeHeader.value):
		return apns.Reject(apns.InvalidPushType, "apns-push-type is", quote(r.pushTypeHeader.value)+"; a broadcast is liveactivity")
	}
	return nil
}

// checkExpirationPresent: the header is required, and its absence has no
// reason of its own.
func (r *channelRequest) checkExpirationPresent() *apns.Rejection {
	if !r.expirationHeader.present {
		return apns.Reject(apns.BadExpirationDate, "there is no apns-expiration, which a broadcast has to have; 0 is one attempt")
	}
	return nil
}

// checkPriorityPresent: as checkExpirationPresent.
func (r *channelRequest) checkPriorityPresent() *apns.Rejection {
	if !r.priorityHeader.present {
		return apns.Reject(apns.BadPriority, "there is no apns-priority, which a broadcast has to have")
	}
	return nil
}

// checkPolicyExpiration: a channel that stores nothing takes no expiration but
// 0.
func (r *channelRequest) checkPolicyExpiration() *apns.Rejection {
	if r.channel.Policy == broker.NoStorage && r.expiration != 0 {
		return apns.Reject(apns.BadExpirationDate,
			fmt.Sprintf("apns-expiration is %d; the channel stores nothing, so that it has to be 0", r.expiration))
	}
	return nil
}

func (r *channelRequest) checkBroadcastPayload() *apns.Rejection {
	switch {
	case len(r.body) == 0:
		return apns.Reject(apns.PayloadEmpty, "the request has no body")
	case r.bodyTooLarge || len(r.body) > apns.MaxBroadcastPayload:
		return apns.Reject(apns.PayloadTooLarge, fmt.Sprintf("the body has more than %d bytes", apns.MaxBroadcastPayload))
	case !json.Valid(r.body):
		return apns.Reject(apns.BadRequestPayload, "the body is not JSON")
	}
	return nil
}
