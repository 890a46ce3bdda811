package apns

import (
	"fmt"
	"strings"
)

// Advice is [Lint] for the notification. It is worked out anew at every call:
// readers ask for it, the push path does not.
func (n *Notification) Advice() []Advice {
	if n.Channel == "" {
		l := &linter{pushType: n.PushType, topic: n.Topic, priority: n.Priority, expiration: n.Expiration}
		return l.lint(n.Payload)
	}
	// A broadcast names the bundle ID without suffix, and may have any priority:
	// "Sending broadcast push notification requests to APNs".
	l := &linter{pushType: LiveActivity, broadcast: true}
	return l.lint(n.Payload)
}

// Lint looks for everything in a push that APNs accepts and that then is
// silently not shown, ignored or delayed. Sizes and headers that are refused
// are not its business. An empty push type or topic is an absent one, priority
// 0 one that does not matter; about an expiration, [Notification.Advice] knows
// more. The order of the result is always the same.
func Lint(pushType PushType, topic string, priority Priority, payload []byte) []Advice {
	l := &linter{pushType: pushType, topic: topic, priority: priority}
	return l.lint(payload)
}

// A linter is one payload on its way through the rules.
type linter struct {
	pushType PushType // as the provider wrote it
	topic    string
	priority Priority

	expiration Expiration // 0 for one that does not matter
	broadcast  bool       // to a channel, not to a device

	raw  []byte
	kind PushType       // what the push is, in all likelihood; see infer
	body map[string]any // numbers are json.Number
	aps  map[string]any // nil if there is none

	found []Advice
}

func (l *linter) lint(payload []byte) []Advice {
	if len(payload) == 0 {
		return nil // refused with PayloadEmpty
	}
	l.raw = payload
	if l.read(payload) {
		l.kind = l.infer()
		for _, rule := range lintRules {
			rule(l)
		}
	}
	return l.found
}

// lintRules run one after the other on a payload that is a JSON object.
var lintRules = []func(*linter){
	(*linter).checkType,
	(*linter).checkTopic,
	(*linter).checkPriority,
	(*linter).checkExpiration,
	(*linter).checkDuplicates,
	(*linter).checkAps,
	(*linter).checkVisible,
	(*linter).checkSilent,
	(*linter).checkLive,
	(*linter).checkReload,
	(*linter).checkMDM,
	(*linter).checkFileProvider,
	(*linter).checkPass,
	(*linter).checkSafari,
}

// advise notes something; the code's row knows the source.
func (l *linter) advise(code AdviceCode, format string, args ...any) {
	l.found = append(l.found, Advice{code, fmt.Sprintf(format, args...), adviceByCode[code].Source})
}

// pass stands for pushes to passes in Wallet, which have no push type.
const pass PushType = "pass"

// What topics without a suffix begin with.
const (
	mdmPrefix  = "com.apple.mgmt."
	passPrefix = "pass."
	webPrefix  = "web."
)

// infer returns the type of the push: the one the provider named, or else what
// topic and payload say.
func (l *linter) infer() PushType {
	switch suffix := TopicType(l.topic); {
	case strings.HasPrefix(l.topic, passPrefix):
		return pass
	case pushTypeByName[l.pushType] != nil:
		return l.pushType
	case suffix != "":
		return suffix
	case has(l.aps, "content-available") && !l.visible():
		return Background
	}
	return Alert
}

func has(object map[string]any, key string) bool {
	_, ok := object[key]
	return ok
}
