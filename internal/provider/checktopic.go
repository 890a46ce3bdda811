package provider

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// checkTopicPresent wants a topic. With a certificate of a single topic that one
// is the default: "Local and Remote Notification Programming Guide".
func (r *request) checkTopicPresent() *apns.Rejection {
	r.topic.value = r.namedTopic()
	switch {
	case r.topic.value != "":
		return nil
	case r.conn.identity == nil:
		return apns.Reject(apns.MissingTopic, "there is no apns-topic, which a provider token does not replace")
	}
	return apns.Reject(apns.MissingTopic, fmt.Sprintf("there is no apns-topic and the certificate lists %d topics", len(r.conn.identity.Topics)))
}

// namedTopic is the topic of the header, or the default of the certificate; ""
// if there is neither.
func (r *request) namedTopic() string {
	if r.topic.value != "" || r.conn.identity == nil {
		return r.topic.value
	}
	topic, ok := r.conn.identity.DefaultTopic()
	if !ok {
		return ""
	}
	return topic
}

// checkTopic wants a topic that the credentials may push to. Something that
// cannot be a topic at all is BadTopic; stray characters in one are
// TopicDisallowed (observed: node-apn#479, node-apn#635).
func (r *request) checkTopic() *apns.Rejection {
	name := r.topic.value
	if len(name) > apns.MaxTopic || strings.ContainsFunc(name, notPrintable) {
		return apns.Reject(apns.BadTopic, "apns-topic is", quote(name)+", which cannot be a topic")
	}
	if refusal := r.findTopic(name); refusal != nil {
		return refusal
	}
	if r.conn.env == apns.Sandbox && apns.ProductionOnly(name) {
		return apns.Reject(apns.TopicDisallowed, "topic", quote(name), "is that of a pass; passes are pushed in production only")
	}
	return nil
}

// findTopic sets the target: the topic of that name that the credentials may push
// to.
func (r *request) findTopic(name string) *apns.Rejection {
	if r.conn.identity != nil {
		var refusal *apns.Rejection
		r.target, refusal = r.conn.certificateTopic(name)
		return refusal
	}
	if r.signed == nil { // the lenient mode has overlooked the credentials
		r.strangeTopic()
		return nil
	}
	var err error
	r.target, err = r.conn.binding.Topic(r.signed, name)
	return rejection(err)
}

func notPrintable(c rune) bool { return c <= ' ' || c > '~' }

// checkTypeTopic wants the suffix that goes with the push type. That a topic
// without it is TopicDisallowed is our reading: nobody has published an answer.
func (r *request) checkTypeTopic() *apns.Rejection {
	if r.conn.server.cfg.RefuseTokenOnly && r.conn.identity != nil && tokenOnly(r.target.Name) {
		return apns.Reject(apns.TopicDisallowed, "topic", r.target.Name, "is of a push type that Apple documents for provider tokens alone")
	}
	if r.kind == nil || strings.HasSuffix(r.target.Name, r.kind.Suffix) || exclusiveTo(r.target.Name) != nil {
		return nil
	}
	return apns.Reject(apns.TopicDisallowed,
		fmt.Sprintf("apns-push-type is %s, whose topics end in %s; this one is %s", r.kind.Type, r.kind.Suffix, r.target.Name))
}

// checkTopicType refuses other push types than the topic's where APNs does: on
// .voip topics (observed: ostinelli/apnotic#87), and only if the device token is
// the topic's (observed: react-native-voip-push-notification#90). No push type
// is accepted. On topics with other suffixes nobody was seen refused.
func (r *request) checkTopicType() *apns.Rejection {
	if r.kind == nil {
		return nil
	}
	if only := exclusiveTo(r.target.Name); only != nil && only.Type != r.kind.Type {
		return apns.Reject(apns.InvalidPushType,
			fmt.Sprintf("apns-push-type is %s; topics that end in %s take %s or no push type, and this one is %s", r.kind.Type, only.Suffix, only.Type, r.target.Name))
	}
	return nil
}

// exclusive are the push types whose topics take no other type.
var exclusive = slices.DeleteFunc(apns.PushTypes(), func(info apns.PushTypeInfo) bool { return !info.Exclusive })

// exclusiveTo returns the one push type that a topic takes; nil if it takes
// several.
func exclusiveTo(topic string) *apns.PushTypeInfo {
	for i := range exclusive {
		if strings.HasSuffix(topic, exclusive[i].Suffix) {
			return &exclusive[i]
		}
	}
	return nil
}

// tokenOnly reports whether a topic has the suffix of a push type that Apple
// documents for provider tokens alone: "Sending notification requests to APNs".
func tokenOnly(topic string) bool {
	return slices.ContainsFunc(apns.PushTypes(), func(info apns.PushTypeInfo) bool {
		return info.TokenOnly && strings.HasSuffix(topic, info.Suffix)
	})
}
