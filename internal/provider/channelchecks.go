package provider

import "github.com/apns-sim/apns-sim/apns"

// A channelCheck is a check of a request about broadcast channels.
type channelCheck struct {
	name string
	run  func(*channelRequest) *apns.Rejection
	seen func(*sight) string
}

// publishChecks is the precedence of reasons for a broadcast. Apple documents
// no order. As for pushes, the method comes before the credentials; the order
// from the channel id to the payload is that of APNSwift's test server
// (APNSwift#254).
var publishChecks = []channelCheck{
	{"availability", (*channelRequest).checkAvailability, nil},
	{"path and method", (*channelRequest).checkRoute, sawRoute},
	{"credentials", (*channelRequest).checkCredentials, sawCredential},
	{"connection", (*channelRequest).checkConnection, sawConnection},
	{"bundle ID", (*channelRequest).checkApp, sawTopic},
	{"right to the app", (*channelRequest).checkRight, sawTopic},
	{"broadcast capability", (*channelRequest).checkFeature, sawTopic},
	{"apns-request-id", (*channelRequest).checkRequestID, saw(apns.HeaderRequestID)},
	{"apns-channel-id", (*channelRequest).checkChannelID, saw(apns.HeaderChannelID)},
	{"apns-push-type", (*channelRequest).checkLiveActivity, saw(apns.HeaderPushType)},
	{"apns-expiration present", (*channelRequest).checkExpirationPresent, saw(apns.HeaderExpiration)},
	{"apns-expiration", (*channelRequest).checkExpiration, saw(apns.HeaderExpiration)},
	{"apns-priority present", (*channelRequest).checkPriorityPresent, saw(apns.HeaderPriority)},
	{"apns-priority", (*channelRequest).checkPriority, saw(apns.HeaderPriority)},
	{"channel", (*channelRequest).checkChannel, saw(apns.HeaderChannelID)},
	{"apns-expiration of the policy", (*channelRequest).checkPolicyExpiration, saw(apns.HeaderExpiration)},
	{"payload", (*channelRequest).checkBroadcastPayload, sawPayload},
}

// managementChecks is the precedence of reasons for channel management.
// Observed is that the credentials come first (transport measurement of
// September 2026, a GET); the rest is our guess.
var managementChecks = []channelCheck{
	{"availability", (*channelRequest).checkAvailability, nil},
	{"credentials", (*channelRequest).checkCredentials, nil},
	{"connection", (*channelRequest).checkConnection, nil},
	{"path and method", (*channelRequest).checkRoute, nil},
	{"bundle ID", (*channelRequest).checkApp, nil},
	{"right to the app", (*channelRequest).checkRight, nil},
	{"broadcast capability", (*channelRequest).checkFeature, nil},
	{"apns-request-id", (*channelRequest).checkRequestID, nil},
	{"apns-channel-id", (*channelRequest).checkChannelID, nil},
	{"channel", (*channelRequest).checkChannel, nil},
	{"channel to be made", (*channelRequest).checkConfiguration, nil},
}

// judge walks checks in their order.
func (r *channelRequest) judge(checks []channelCheck) *apns.Rejection {
	for r.passed = range checks {
		if refusal := checks[r.passed].run(r); refusal != nil {
			return inChannelWords(refusal)
		}
	}
	r.passed++
	return nil
}

// channelWords are the reasons for requests about channels that stand for
// reasons of pushes: "Handling error responses from APNs" has no words for a key
// that does not fit, nor for a team that may not do anything.
var channelWords = map[apns.Reason]apns.Reason{
	apns.UnrelatedKeyIdInToken:      apns.InvalidProviderToken,
	apns.BadEnvironmentKeyInToken:   apns.InvalidProviderToken,
	apns.BadEnvironmentKeyIdInToken: apns.InvalidProviderToken,
	apns.Forbidden:                  apns.TopicMismatch,
}

// inChannelWords says a refusal in the words of channels; what it was stays in
// the detail.
func inChannelWords(refusal *apns.Rejection) *apns.Rejection {
	word, ok := channelWords[refusal.Reason]
	if !ok {
		return refusal
	}
	return apns.Reject(word, refusal.Error())
}
