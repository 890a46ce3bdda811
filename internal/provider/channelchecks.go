package provider

import "github.com/apns-sim/apns-sim/apns"

// A channelCheck is a check of a request about broadcast channels.
type channelCheck struct {
	name string
	run  func(*channelRequest) *apns.Rejection
}

// publishChecks is the precedence of reasons for a broadcast. Apple documents
// no order. As for pushes, the method comes before the credentials; the order
// from the channel id to the payload is that of APNSwift's test server
// (APNSwift#254).
var publishChecks = []channelCheck{
	{"availability", (*channelRequest).checkAvailability},
	{"path and method", (*channelRequest).checkRoute},
	{"credentials", (*channelRequest).checkCredentials},
	{"connection", (*channelRequest).checkConnection},
	{"bundle ID", (*channelRequest).checkApp},
	{"right to the app", (*channelRequest).checkRight},
	{"broadcast capability", (*channelRequest).checkFeature},
	{"apns-request-id", (*channelRequest).checkRequestID},
	{"apns-channel-id", (*channelRequest).checkChannelID},
	{"apns-push-type", (*channelRequest).checkLiveActivity},
	{"apns-expiration present", (*channelRequest).checkExpirationPresent},
	{"apns-expiration", (*channelRequest).checkExpiration},
	{"apns-priority present", (*channelRequest).checkPriorityPresent},
	{"apns-priority", (*channelRequest).checkPriority},
	{"channel", (*channelRequest).checkChannel},
	{"apns-expiration of the policy", (*channelRequest).checkPolicyExpiration},
	{"payload", (*channelRequest).checkBroadcastPayload},
}

// managementChecks is the precedence of reasons for channel management.
// Observed is that the credentials come first (transport measurement of
// September 2026, a GET); the rest is our guess.
var managementChecks = []channelCheck{
	{"availability", (*channelRequest).checkAvailability},
	{"credentials", (*channelRequest).checkCredentials},
	{"connection", (*channelRequest).checkConnection},
	{"path and method", (*channelRequest).checkRoute},
	{"bundle ID", (*channelRequest).checkApp},
	{"right to the app", (*channelRequest).checkRight},
	{"broadcast capability", (*channelRequest).checkFeature},
	{"apns-request-id", (*channelRequest).checkRequestID},
	{"apns-channel-id", (*channelRequest).checkChannelID},
	{"channel", (*channelRequest).checkChannel},
	{"channel to be made", (*channelRequest).checkConfiguration},
}

// judge walks checks in their order.
func (r *channelRequest) judge(checks []channelCheck) *apns.Rejection {
	for i := range checks {
		if refusal := checks[i].run(r); refusal != nil {
			return inChannelWords(refusal)
		}
	}
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
