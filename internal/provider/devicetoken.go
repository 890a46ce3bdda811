package provider

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// checkTokenPresent requires a device token in the path.
// observed: POST /3/device/ with a good provider token
func (r *request) checkTokenPresent() *apns.Rejection {
	if r.deviceTokenText == "" {
		return apns.Reject(apns.MissingDeviceToken, "the path ends after", devicePath)
	}
	return nil
}

// checkReserved finds a device token that is reserved for an outcome. A reason is
// returned at once; for another outcome the checks of topic and credentials continue.
func (r *request) checkReserved() *apns.Rejection {
	if r.conn.server.cfg.NoReservedTokens || r.deviceTokenErr != nil {
		return nil
	}
	r.reserved = fault.LookupReserved(r.deviceToken[:r.deviceTokenLen])
	if r.reserved == nil || r.reserved.Action.Do != fault.Respond {
		return nil
	}
	return &apns.Rejection{
		Reason: r.reserved.Action.Reason, Since: r.clock().Now(),
		Detail: "the device token is reserved for this response",
	}
}

// checkToken requires a device token that was made here for this environment. APNs
// does not distinguish a token of the other environment from nonsense.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (r *request) checkToken() *apns.Rejection {
	if r.reserved != nil {
		return nil
	}
	if r.deviceTokenErr != nil {
		return apns.Reject(apns.BadDeviceToken, r.deviceTokenErr.Error()+tokenHint(r.conn.server.cfg.Vault, r.deviceTokenText))
	}
	claims, err := r.conn.server.cfg.Vault.Decrypt(r.deviceToken[:r.deviceTokenLen])
	if err != nil {
		return apns.Reject(apns.BadDeviceToken, fmt.Sprintf("%v (%d bytes)", err, r.deviceTokenLen))
	}
	if claims.Environment != r.conn.env {
		return apns.Reject(apns.BadDeviceToken, fmt.Sprintf("the token is for %s and this is %s", claims.Environment, r.conn.env))
	}
	r.claims = claims
	return nil
}

// checkTokenTopic requires a device token of the app that the topic names, in the
// space of the team: a topic of the same name in another space is another topic. A
// base token belongs to the device itself.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (r *request) checkTokenTopic() *apns.Rejection {
	deviceSpace := r.conn.server.cfg.Spaces.ForDevice(r.claims.Device)
	switch {
	case r.reserved != nil, r.ignored.undeliverable: // such a token is of no app
		return nil
	case deviceSpace != r.space:
		return apns.Reject(apns.DeviceTokenNotForTopic, "the token is of a device in", spaceName(deviceSpace)+", and team", r.teamID, "is in", spaceName(r.space))
	case r.claims.Base && !r.conn.server.cfg.RejectBaseTokens:
		return nil
	case r.claims.Base:
		return apns.Reject(apns.DeviceTokenNotForTopic, "the token is the device's base token, not that of an app")
	case r.claims.ForTopic(r.topic.Hash):
		return nil
	}
	return apns.Reject(apns.DeviceTokenNotForTopic, r.tokenTopicDetail())
}

// tokenTopicDetail says for which topic the device token was made, as far as that is
// known: a token contains only the beginning of the topic's hash.
// observed: Apple forum 691613: the token of an app, pushed to with a suffixed topic, and
// the token of a suffixed topic, pushed to with the topic of the app
func (r *request) tokenTopicDetail() string {
	topic := r.topic.BundleID
	if known := r.conn.server.cfg.Auth.Hashed(r.space, r.claims.Tag); known != nil {
		topic = known.Name
	} else if r.claims.Tag != tokenvault.Tag(apns.HashTopic(topic)) {
		return "the token was made for another topic than " + r.topic.Name
	}
	return fmt.Sprintf("the token is the one for %s; %s needs its own", topic, r.topic.Name)
}

func spaceName(s *space.Space) string {
	if s == nil {
		return "the default space"
	}
	return "the space of team " + s.Team()
}
