package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// checkPushType requires a known push type. None at all is accepted: Apple requires
// the header for watchOS only, and older providers do not send it.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkPushType() *apns.Rejection {
	if !r.pushTypeHeader.present {
		return nil
	}
	if r.pushType = apns.LookupPushType(apns.PushType(r.pushTypeHeader.value)); r.pushType == nil {
		return apns.Reject(apns.InvalidPushType, "apns-push-type is", quote(r.pushTypeHeader.value)+", which APNs does not know")
	}
	return nil
}

// checkTypeTopic requires the suffix of the push type. That a topic without it is
// TopicDisallowed is our reading; nobody has published a response.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkTypeTopic() *apns.Rejection {
	if r.conn.server.cfg.RejectTokenOnly && r.conn.identity != nil && tokenOnly(r.topic.Name) {
		return apns.Reject(apns.TopicDisallowed, "topic", r.topic.Name, "is of a push type that Apple documents for provider tokens alone")
	}
	if r.pushType == nil || strings.HasSuffix(r.topic.Name, r.pushType.Suffix) || exclusiveType(r.topic.Name) != nil {
		return nil
	}
	return apns.Reject(apns.TopicDisallowed,
		fmt.Sprintf("apns-push-type is %s, whose topics end in %s; this one is %s", r.pushType.Type, r.pushType.Suffix, r.topic.Name))
}

// checkTopicType rejects other push types than the topic's where APNs does: on .voip
// topics (observed: ostinelli/apnotic#87), and only if the device token is for the
// topic (observed: react-native-voip-push-notification#90). No push type is accepted.
// On topics with other suffixes no rejection was observed.
func (r *request) checkTopicType() *apns.Rejection {
	if r.pushType == nil {
		return nil
	}
	if only := exclusiveType(r.topic.Name); only != nil && only.Type != r.pushType.Type {
		return apns.Reject(apns.InvalidPushType,
			fmt.Sprintf("apns-push-type is %s; topics that end in %s take %s or no push type, and this one is %s", r.pushType.Type, only.Suffix, only.Type, r.topic.Name))
	}
	return nil
}

// exclusiveTypes are the push types whose topics accept no other type.
var exclusiveTypes = slices.DeleteFunc(apns.PushTypes(), func(info apns.PushTypeInfo) bool { return !info.Exclusive })

// exclusiveType returns the only push type that a topic accepts; nil if it accepts
// several.
func exclusiveType(topic string) *apns.PushTypeInfo {
	for i := range exclusiveTypes {
		if strings.HasSuffix(topic, exclusiveTypes[i].Suffix) {
			return &exclusiveTypes[i]
		}
	}
	return nil
}

// tokenOnly reports whether a topic has the suffix of a push type that Apple documents
// for provider tokens only.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func tokenOnly(topic string) bool {
	return slices.ContainsFunc(apns.PushTypes(), func(info apns.PushTypeInfo) bool {
		return info.TokenOnly && strings.HasSuffix(topic, info.Suffix)
	})
}
