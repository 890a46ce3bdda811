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
	if r.topic.value != "" {
		return nil
	}
	if r.conn.identity == nil {
		return apns.Reject(apns.MissingTopic, "there is no apns-topic, which a provider token does not replace")
	}
	topic, ok := r.conn.identity.DefaultTopic()
	if !ok {
		return apns.Reject(apns.MissingTopic, fmt.Sprintf("there is no apns-topic and the certificate lists %d topics", len(r.conn.identity.Topics)))
	}
	r.topic.value = topic
	return nil
}

// checkTopic wants a topic that the credentials may push to. Something that
// cannot be a topic at all is BadTopic; stray characters in one are
// TopicDisallowed (observed: node-apn#479, node-apn#635).
func (r *request) checkTopic() *apns.Rejection {
	name := r.topic.value
	if len(name) > apns.MaxTopic || strings.ContainsFunc(name, notPrintable) {
		return apns.Reject(apns.BadTopic, "apns-topic is", quote(name)+", which cannot be a topic")
	}
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

// checkTypeTopic wants the suffix that goes with the push type; a topic without
// it is TopicDisallowed (observed: node-apn#479, node-apn#635). The other way
// round nobody was refused: providers that send alert with every push reach
// VoIP topics, and it is the device that makes nothing of it (observed:
// mobile-push#19).
func (r *request) checkTypeTopic() *apns.Rejection {
	if r.conn.server.cfg.RefuseTokenOnly && r.conn.identity != nil && tokenOnly(r.target.Name) {
		return apns.Reject(apns.TopicDisallowed, "topic", r.target.Name, "is of a push type that Apple documents for provider tokens alone")
	}
	if r.kind == nil || strings.HasSuffix(r.target.Name, r.kind.Suffix) {
		return nil
	}
	return apns.Reject(apns.TopicDisallowed,
		fmt.Sprintf("apns-push-type is %s, whose topics end in %s; this one is %s", r.kind.Type, r.kind.Suffix, r.target.Name))
}

// tokenOnly reports whether a topic has the suffix of a push type that Apple
// documents for provider tokens alone: "Sending notification requests to APNs".
func tokenOnly(topic string) bool {
	return slices.ContainsFunc(apns.PushTypes(), func(info apns.PushTypeInfo) bool {
		return info.TokenOnly && strings.HasSuffix(topic, info.Suffix)
	})
}
