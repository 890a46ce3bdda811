package provider

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
)

// The checks of all requests about broadcast channels: "Handling error
// responses from APNs".

// checkRoute finds what is asked for. A method that the path does not have is
// BadPath ("the path or the combination of method and path is wrong"), one that
// the listener does not have at all is MethodNotAllowed.
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
		return apns.Reject(apns.MethodNotAllowed, "the method is", quote(r.method)+"; here there are", strings.Join(known, ", "))
	}
	return apns.Reject(apns.BadPath, "there is no", quote(r.method), "of", quote(r.path)+
		"; the channel id is not part of the path, and all channels are at all-channels")
}

// brokerApp is the app in the space of the team.
func (r *channelRequest) brokerApp() broker.App { return broker.AppIn(r.space, r.bundleID) }

// checkApp wants a bundle ID, "without the suffix of a push type".
func (r *channelRequest) checkApp() *apns.Rejection {
	switch {
	case !apns.ValidTopic(r.bundleID):
		return apns.Reject(apns.TopicDisallowed, "the path has", quote(r.bundleID), "in the place of a bundle ID")
	case apns.BundleID(r.bundleID) != r.bundleID:
		return apns.Reject(apns.TopicDisallowed, "the path has", quote(r.bundleID)+", which ends in the suffix of a push type; use the bundle ID alone")
	}
	return nil
}

// checkAppAllowed wants credentials that cover the app.
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

// maxChannelID is the longest apns-channel-id, in characters. Apple gives no
// figure and asks not to assume a length.
const maxChannelID = 128

func (r *channelRequest) checkChannelID() *apns.Rejection {
	if !r.route.needsChannel {
		return nil
	}
	text := r.channelIDHeader.value
	if text == "" {
		detail := "there is no apns-channel-id; it is a header, not a part of the path"
		if r.method == "GET" { // observed: APNSwift#240, which lists so
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

// checkChannel wants a channel of the app in this environment.
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
