package apns

import (
	"fmt"
	"strings"
)

// Advice returns what [Lint] finds in the notification. It is computed at each call.
func (n *Notification) Advice() []Advice {
	if n.Channel == "" {
		l := &linter{pushType: n.PushType, topic: n.Topic, priority: n.Priority, expiration: n.Expiration}
		return l.lint(n.Payload)
	}
	// A broadcast has the bundle ID without a suffix, and any priority: "Sending broadcast
	// push notification requests to APNs".
	l := &linter{pushType: LiveActivity, broadcast: true}
	return l.lint(n.Payload)
}

// Lint checks a push for what APNs accepts and a device then does not show, ignores or
// delays. It does not check what APNs rejects, such as sizes and headers. An empty push type
// or topic means that the header is missing; priority 0 is not checked. It cannot check the
// expiration: [Notification.Advice] does. The order of the result is always the same.
func Lint(pushType PushType, topic string, priority Priority, payload []byte) []Advice {
	l := &linter{pushType: pushType, topic: topic, priority: priority}
	return l.lint(payload)
}

// A linter has one payload, and what the rules have found in it.
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
		return nil // rejected with PayloadEmpty
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
