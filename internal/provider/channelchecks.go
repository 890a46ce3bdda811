package provider

import "github.com/apns-sim/apns-sim/apns"

// broadcastChecks is the precedence of reasons for a broadcast. Apple documents
// no order. As for pushes, the method comes before the credentials; the order
// from the channel id to the payload is that of APNSwift's test server
// (APNSwift#254).
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

// managementChecks is the precedence of reasons for channel management.
// Observed is that the credentials come first (transport measurement of
// September 2026, a GET); the rest is our guess.
var managementChecks = []check[*channelRequest]{
	{"availability", (*channelRequest).checkAvailability, nil},
	{"credentials", (*channelRequest).checkCredentials, nil},
	{"connection", (*channelRequest).checkConnection, nil},
	{"path and method", (*channelRequest).checkRoute, nil},
	{"bundle ID", (*channelRequest).checkApp, nil},
	{"right to the app", (*channelRequest).checkAppAllowed, nil},
	{"broadcast capability", (*channelRequest).checkCapability, nil},
	{"apns-request-id", (*channelRequest).checkRequestID, nil},
	{"apns-channel-id", (*channelRequest).checkChannelID, nil},
	{"channel", (*channelRequest).checkChannel, nil},
	{"channel to be made", (*channelRequest).checkConfiguration, nil},
}

// runChecks walks checks in their order.
func (r *channelRequest) runChecks(checks []check[*channelRequest]) *apns.Rejection {
	for r.passed = range checks {
		if rejection := checks[r.passed].run(r); rejection != nil {
			return withChannelReason(rejection)
		}
	}
	r.passed++
	return nil
}

// channelReasons are the reasons for requests about channels that stand for
// reasons of pushes: "Handling error responses from APNs" has no words for a key
// that does not fit, nor for a team that may not do anything.
var channelReasons = map[apns.Reason]apns.Reason{
	apns.UnrelatedKeyIdInToken:      apns.InvalidProviderToken,
	apns.BadEnvironmentKeyInToken:   apns.InvalidProviderToken,
	apns.BadEnvironmentKeyIdInToken: apns.InvalidProviderToken,
	apns.Forbidden:                  apns.TopicMismatch,
}

// withChannelReason says a refusal in the words of channels; what it was stays in
// the detail.
func withChannelReason(rejection *apns.Rejection) *apns.Rejection {
	word, ok := channelReasons[rejection.Reason]
	if !ok {
		return rejection
	}
	return apns.Reject(word, rejection.Error())
}
