package provider

import (
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// broadcastChecks is the precedence of reasons for a broadcast. Apple documents
// no order. As for pushes, the method comes before the credentials; the order
// from the channel id to the payload is that of APNSwift's test server
// (kylebrowning/APNSwift#254).
var broadcastChecks = []check[*channelRequest]{
	{"availability", (*channelRequest).checkAvailability, nil},
	{"path and method", (*channelRequest).checkRoute, describeRoute},
	{"credentials", (*channelRequest).checkCredentials, describeCredential},
	{"connection", (*channelRequest).checkConnection, describeConnection},
	{"bundle ID", (*channelRequest).checkApp, describeTopic},
	{"right to the app", (*channelRequest).checkAppAllowed, describeTopic},
	{"broadcast capability", (*channelRequest).checkCapability, describeTopic},
	{"apns-request-id", (*channelRequest).checkRequestID, describeHeader(apns.HeaderRequestID)},
	{"apns-channel-id", (*channelRequest).checkChannelID, describeHeader(apns.HeaderChannelID)},
	{"apns-push-type", (*channelRequest).checkLiveActivity, describeHeader(apns.HeaderPushType)},
	{"apns-expiration present", (*channelRequest).checkExpirationPresent, describeHeader(apns.HeaderExpiration)},
	{"apns-expiration", (*channelRequest).checkExpiration, describeHeader(apns.HeaderExpiration)},
	{"apns-priority present", (*channelRequest).checkPriorityPresent, describeHeader(apns.HeaderPriority)},
	{"apns-priority", (*channelRequest).checkPriority, describeHeader(apns.HeaderPriority)},
	{"channel", (*channelRequest).checkChannel, describeHeader(apns.HeaderChannelID)},
	{"apns-expiration of the policy", (*channelRequest).checkPolicyExpiration, describeHeader(apns.HeaderExpiration)},
	{"payload", (*channelRequest).checkBroadcastPayload, describePayload},
}

// isLiveActivity ignores case, since Apple's pages spell the push type in three ways.
// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
func isLiveActivity(pushType string) bool {
	return strings.EqualFold(pushType, string(apns.LiveActivity))
}

func (r *channelRequest) checkLiveActivity() *apns.Rejection {
	switch {
	case r.pushTypeHeader.value == "":
		return apns.Reject(apns.MissingPushType, "there is no apns-push-type, which a broadcast requires")
	case !isLiveActivity(r.pushTypeHeader.value):
		return apns.Reject(apns.InvalidPushType, "apns-push-type is", quote(r.pushTypeHeader.value)+"; a broadcast is liveactivity")
	}
	return nil
}

// checkExpirationPresent requires the header; its absence has no reason of its own.
// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
func (r *channelRequest) checkExpirationPresent() *apns.Rejection {
	if !r.expirationHeader.present {
		return apns.Reject(apns.BadExpirationDate, "there is no apns-expiration, which a broadcast requires; 0 is one attempt")
	}
	return nil
}

// checkPriorityPresent requires the header; its absence has no reason of its own.
// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
func (r *channelRequest) checkPriorityPresent() *apns.Rejection {
	if !r.priorityHeader.present {
		return apns.Reject(apns.BadPriority, "there is no apns-priority, which a broadcast requires")
	}
	return nil
}

// checkPolicyExpiration requires an expiration of 0 for a channel that stores no
// messages.
// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
func (r *channelRequest) checkPolicyExpiration() *apns.Rejection {
	if r.channel.Policy == broker.NoStorage && r.expiration != 0 {
		return apns.Reject(apns.BadExpirationDate,
			fmt.Sprintf("apns-expiration is %d; it must be 0, since the channel stores no messages", r.expiration))
	}
	return nil
}
