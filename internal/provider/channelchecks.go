package provider

import (
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

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
