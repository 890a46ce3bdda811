package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// checkTopicPresent requires a topic. With a certificate that lists one topic, that is
// the default.
// https://developer.apple.com/library/archive/documentation/NetworkingInternet/Conceptual/RemoteNotificationsPG/
func (r *request) checkTopicPresent() *apns.Rejection {
	r.topicHeader.value = r.topicName()
	switch {
	case r.topicHeader.value != "":
		return nil
	case r.conn.identity == nil:
		return apns.Reject(apns.MissingTopic, "there is no apns-topic, which is required with a provider token")
	}
	return apns.Reject(apns.MissingTopic, fmt.Sprintf("there is no apns-topic and the certificate lists %d topics", len(r.conn.identity.Topics)))
}

// topicName returns the topic of the header, else the default of the certificate; ""
// if there is neither.
func (r *request) topicName() string {
	if r.topicHeader.value != "" || r.conn.identity == nil {
		return r.topicHeader.value
	}
	topic, ok := r.conn.identity.DefaultTopic()
	if !ok {
		return ""
	}
	return topic
}

// checkTopic requires a topic that the credentials may push to. What cannot be a topic
// at all is BadTopic; stray characters in one are TopicDisallowed (observed:
// node-apn/node-apn#479, node-apn/node-apn#635).
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (r *request) checkTopic() *apns.Rejection {
	name := r.topicHeader.value
	if len(name) > apns.MaxTopic || strings.ContainsFunc(name, notPrintable) {
		return apns.Reject(apns.BadTopic, "apns-topic is", quote(name)+", which cannot be a topic")
	}
	if rejection := r.lookupTopic(name); rejection != nil {
		return rejection
	}
	if r.conn.env == apns.Sandbox && apns.ProductionOnly(name) {
		return apns.Reject(apns.TopicDisallowed, "topic", quote(name), "is that of a pass; passes are pushed in production only")
	}
	return nil
}

// lookupTopic sets the topic to the one of that name that the credentials may push to.
func (r *request) lookupTopic(name string) *apns.Rejection {
	if r.conn.identity != nil {
		var rejection *apns.Rejection
		r.topic, rejection = r.conn.certificateTopic(name)
		return rejection
	}
	if r.providerToken == nil { // lenient mode has ignored the credentials
		r.setUnknownTopic()
		return nil
	}
	var err error
	r.topic, err = r.conn.binding.Topic(r.providerToken, name)
	return asRejection(err)
}

func notPrintable(c rune) bool { return c <= ' ' || c > '~' }

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
