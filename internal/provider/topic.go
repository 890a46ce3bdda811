package provider

import (
	"fmt"
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
	if r.providerToken == nil { // accepted without valid credentials: Config.AcceptUnknown
		r.setUnknownTopic()
		return nil
	}
	var err error
	r.topic, err = r.conn.binding.Topic(r.providerToken, name)
	return asRejection(err)
}

func notPrintable(c rune) bool { return c <= ' ' || c > '~' }
