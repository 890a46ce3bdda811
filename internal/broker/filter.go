package broker

import "github.com/apns-sim/apns-sim/apns"

// A Filter is what a device says about its topics. It replaces the former one
// completely (observed: apsd).
type Filter struct {
	Enabled       []apns.TopicHash
	Opportunistic []apns.TopicHash
	Paused        []apns.TopicHash
	Ignored       []apns.TopicHash
	NonWaking     []apns.TopicHash
}

// A placement is what to do with a push now.
type placement uint8

const (
	hold placement = iota
	deliver
	discard
)

// lists is a filter made ready for lookups: the rule per topic. Topics in no
// list are held "as for an offline device, until a filter enables them"
// (observed: a public client test of pypush pushes before it enables).
type lists map[apns.TopicHash]placementRule

type placementRule uint8

const (
	ruleHold          placementRule = iota // paused, or in no list
	ruleDeliver                            // enabled or non-waking
	ruleOpportunistic                      // when the device is active anyway
	ruleDiscard                            // ignored
)

// compile builds the lookup. A topic in several lists follows the one that
// lets most through.
func (f *Filter) compile() lists {
	l := make(lists, len(f.Enabled))
	for _, list := range []struct {
		topics []apns.TopicHash
		rule   placementRule
	}{
		{f.Ignored, ruleDiscard},
		{f.Paused, ruleHold},
		{f.Opportunistic, ruleOpportunistic},
		{f.NonWaking, ruleDeliver},
		{f.Enabled, ruleDeliver},
	} {
		for _, topic := range list.topics {
			l[topic] = list.rule
		}
	}
	return l
}

// place says what to do with a push for topic to a device in the given state.
func (l lists) place(topic apns.TopicHash, active bool) placement {
	switch l[topic] {
	case ruleDeliver:
		return deliver
	case ruleOpportunistic:
		if active {
			return deliver
		}
	case ruleDiscard:
		return discard
	}
	return hold
}

// placeBroadcast is place for a message of a channel. The device has asked for
// it by subscribing, so that no list needs to enable the topic as well.
func (l lists) placeBroadcast(topic apns.TopicHash) placement {
	if l[topic] == ruleDiscard {
		return discard
	}
	return deliver
}
