package provider

import (
	"encoding/base64"
	"fmt"
	"slices"
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

// runChecks runs checks in their order.
func (r *channelRequest) runChecks(checks []check[*channelRequest]) *apns.Rejection {
	for r.passed = range checks {
		if rejection := checks[r.passed].run(r); rejection != nil {
			return withChannelReason(rejection)
		}
	}
	r.passed++
	return nil
}

// channelReasons are the reasons of requests about channels that replace reasons of
// pushes, since the page has none for a key of the wrong scope or environment, nor for
// a suspended team.
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns
var channelReasons = map[apns.Reason]apns.Reason{
	apns.UnrelatedKeyIdInToken:      apns.InvalidProviderToken,
	apns.BadEnvironmentKeyInToken:   apns.InvalidProviderToken,
	apns.BadEnvironmentKeyIdInToken: apns.InvalidProviderToken,
	apns.Forbidden:                  apns.TopicMismatch,
}

// withChannelReason returns the rejection with the reason that it has for channels.
// Its detail has the original one.
func withChannelReason(rejection *apns.Rejection) *apns.Rejection {
	word, ok := channelReasons[rejection.Reason]
	if !ok {
		return rejection
	}
	return apns.Reject(word, rejection.Error())
}

// The checks of all requests about broadcast channels:
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns

// checkRoute finds the route. A method that the path does not have is BadPath ("the
// path or the combination of method and path is wrong"), one that the listener does
// not have at all is MethodNotAllowed.
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns
func (r *channelRequest) checkRoute() *apns.Rejection {
	found := false
	for i := range r.routes {
		app, ok := r.routes[i].match(r.path)
		if !ok {
			continue
		}
		found, r.bundleID = true, app
		if r.routes[i].method == r.method {
			r.route = &r.routes[i]
			return nil
		}
	}
	known := methods(r.routes)
	if found && !slices.Contains(known, r.method) {
		return apns.Reject(apns.MethodNotAllowed, "the method is", quote(r.method)+"; allowed are", strings.Join(known, ", "))
	}
	return apns.Reject(apns.BadPath, "there is no", quote(r.method), quote(r.path)+
		"; the channel ID is a header, and the list of channels is at all-channels")
}

// brokerApp returns the app in the space of the team.
func (r *channelRequest) brokerApp() broker.App { return broker.AppIn(r.space, r.bundleID) }

// checkApp requires a bundle ID, "without the suffix of a push type".
// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
func (r *channelRequest) checkApp() *apns.Rejection {
	switch {
	case !apns.ValidTopic(r.bundleID):
		return apns.Reject(apns.TopicDisallowed, "the path has", quote(r.bundleID), "in the place of a bundle ID")
	case apns.BundleID(r.bundleID) != r.bundleID:
		return apns.Reject(apns.TopicDisallowed, "the path has", quote(r.bundleID)+", which ends in the suffix of a push type; use the bundle ID alone")
	}
	return nil
}

// checkAppAllowed requires credentials for the app.
func (r *channelRequest) checkAppAllowed() *apns.Rejection {
	c := r.conn
	if c.identity != nil {
		if !c.identity.Allows(r.bundleID) {
			return apns.Reject(apns.TopicMismatch, "the certificate of", c.identity.Topic, "is not for app", r.bundleID)
		}
		return nil
	}
	if _, err := c.binding.Topic(r.providerToken, r.bundleID); err != nil {
		return apns.Reject(apns.TopicMismatch, asRejection(err).Detail)
	}
	return nil
}

// checkCapability requires the broadcast capability of the app.
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns
func (r *channelRequest) checkCapability() *apns.Rejection {
	cfg := &r.conn.server.cfg
	if cfg.Channels == nil || !cfg.Auth.MayBroadcast(r.teamID, r.bundleID) {
		return apns.Reject(apns.FeatureNotEnabled, "the broadcast capability of", r.bundleID, "is off")
	}
	return nil
}

func (r *channelRequest) checkRequestID() *apns.Rejection {
	if r.requestIDHeader.present && !r.idValid {
		return apns.Reject(apns.BadMessageId, "the id of the request is", quote(r.requestIDHeader.value)+", not a UUID of the form 8-4-4-4-12")
	}
	return nil
}

// maxChannelID is the longest apns-channel-id, in characters. Apple gives no figure
// and asks not to assume a length.
const maxChannelID = 128

func (r *channelRequest) checkChannelID() *apns.Rejection {
	if !r.route.needsChannel {
		return nil
	}
	text := r.channelIDHeader.value
	if text == "" {
		detail := "there is no apns-channel-id; it is a header, not a part of the path"
		if r.method == "GET" { // observed: kylebrowning/APNSwift#240, which lists so
			detail += "; the list of all channels is " + "/1/apps/" + r.bundleID + "/all-channels"
		}
		return apns.Reject(apns.MissingChannelId, detail)
	}
	if len(text) > maxChannelID {
		return apns.Reject(apns.BadChannelId, fmt.Sprintf("apns-channel-id has %d characters, more than %d", len(text), maxChannelID))
	}
	id, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return apns.Reject(apns.BadChannelId, "apns-channel-id is", quote(text)+", not base64:", err.Error())
	}
	r.channelID = broker.ChannelID(id)
	return nil
}

// checkChannel requires a channel of the app in this environment.
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns
func (r *channelRequest) checkChannel() *apns.Rejection {
	if !r.route.needsChannel {
		return nil
	}
	var ok bool
	if r.channel, ok = r.conn.server.cfg.Channels.Channel(r.conn.env, r.brokerApp(), r.channelID); !ok {
		return notRegistered(r)
	}
	return nil
}

func notRegistered(r *channelRequest) *apns.Rejection {
	return apns.Reject(apns.ChannelNotRegistered, r.bundleID, "has no channel", quote(r.channelIDHeader.value), "in", r.conn.env.String())
}

// The checks that only broadcasts have:
// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns

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
