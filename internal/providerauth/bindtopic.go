package providerauth

import (
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
)

// Topic decides whether an admitted token may push to the topic name on this
// connection, and returns what is known of it. The error is an
// [apns.Rejection] with TopicDisallowed.
func (b *Binding) Topic(t *Token, name string) (*Topic, error) {
	changes := b.registry.appChanges.Load()
	if b.topic != nil && b.topic.Name == name && b.topicKey == t.key && b.topicAt == changes {
		return b.topic, nil
	}
	topic := b.registry.Lookup(t.TeamID, name)
	if err := b.topicAllowed(t, topic, name); err != nil {
		return nil, err
	}
	b.topic, b.topicKey, b.topicAt = topic, t.key, changes
	return topic, nil
}

func (b *Binding) topicAllowed(t *Token, topic *Topic, name string) error {
	switch {
	case topic == nil:
		return disallowed("no app of team %s has topic %s", t.TeamID, quote(name))
	case topic.TeamID != t.TeamID:
		return disallowed("topic %s does not belong to team %s", name, t.TeamID)
	case !t.key.covers(topic):
		return disallowed("key %s is topic-specific and %s is not among its topics", t.KeyID, name)
	case b.key != nil && topic.order >= b.topicCount && !b.registry.cfg.LateTopics:
		// Topics added to the team later are an error until the provider
		// reconnects: "Establishing a token-based connection to APNs".
		return disallowed("topic %s was added after this connection's first push; connect anew", name)
	}
	return nil
}

func disallowed(format string, args ...any) *apns.Rejection {
	return apns.Reject(apns.TopicDisallowed, fmt.Sprintf(format, args...))
}
