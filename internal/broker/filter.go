package broker

import "github.com/apns-sim/apns-sim/apns"

// A TopicFilter is a device's lists of topics. It replaces the former filter completely
// (observed: apsd).
type TopicFilter struct {
	Enabled       []apns.TopicHash
	Opportunistic []apns.TopicHash
	Paused        []apns.TopicHash
	Ignored       []apns.TopicHash
	NonWaking     []apns.TopicHash
	// Salted has topics that the device names by salted hashes; see [Consumer.SetSalt].
	Salted SaltedTopicFilter
}

// A decision is what to do with a push now.
type decision uint8

const (
	hold decision = iota
	deliver
	drop
)

// lists is a filter compiled for lookups: the rule of each topic. Topics in no
// list are held "as for an offline device, until a filter enables them"
// (observed: a public client test of pypush pushes before it enables).
type lists map[apns.TopicHash]topicRule

type topicRule uint8

const (
	ruleNotEnabled    topicRule = iota // in no list
	ruleEnabled                        // delivered, and wakes the device
	ruleNonWaking                      // delivered without waking it
	ruleOpportunistic                  // delivered when the device is awake anyway
	rulePaused                         // held until it leaves the list
	ruleIgnored                        // ignored
)

// compile builds the lookup. For a topic in several lists, the most permissive list
// applies.
func compile[H comparable](enabled, nonWaking, opportunistic, paused, ignored []H) map[H]topicRule {
	l := make(map[H]topicRule, len(enabled))
	for _, list := range []struct {
		topics []H
		rule   topicRule
	}{
		{ignored, ruleIgnored},
		{paused, rulePaused},
		{opportunistic, ruleOpportunistic},
		{nonWaking, ruleNonWaking},
		{enabled, ruleEnabled},
	} {
		for _, topic := range list.topics {
			l[topic] = list.rule
		}
	}
	return l
}

// ruleLocked returns the rule of the list that e's topic is in.
func (c *Consumer) ruleLocked(e *entry) topicRule {
	rule, listed := c.filter[e.push.Hash]
	if listed || c.salted == nil || !c.salted.known || len(c.salted.lists) == 0 {
		return rule
	}
	return c.salted.lists[HashSalted(e.topic(), c.salted.salt)]
}
