package apns

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/apns-sim/apns-sim/internal/spelling"
)

// A payloadKey is a row of a table of keys: what the system looks for in aps,
// or in an object inside it.
type payloadKey struct {
	name  string
	types jsonType
	// live are further types in Live Activity pushes.
	live jsonType
	// want says what a value of the right type must be, for instance "1"; ok
	// tells whether it is. Nil is any value.
	want string
	ok   func(value any) bool
	// only are the push types whose pushes use the key; nil is all with aps.
	only []PushType
	// legacy says of an old key what became of it; topics that begin with
	// legacyTopics still have it.
	legacy, legacyTopics string
}

// apsKeys is the one table of keys in aps: "Generating a remote notification",
// and the ActivityKit and WidgetKit pages.
var apsKeys = []payloadKey{
	{name: "alert", types: text | object},
	{name: "badge", types: number, want: "a whole number from 0 up", ok: isCount},
	{name: "sound", types: text | object},
	{name: "thread-id", types: text},
	{name: "category", types: text},
	{name: "content-available", types: number, want: "1", ok: isOne},
	{name: "mutable-content", types: number, want: "1", ok: isOne},
	{name: "target-content-id", types: text},
	{name: "interruption-level", types: text, want: "passive, active, time-sensitive or critical", ok: isOneOf("passive", "active", "time-sensitive", "critical")},
	{name: "relevance-score", types: number},
	{name: "filter-criteria", types: text},
	{name: "content-changed", types: boolean, only: []PushType{Widgets, Controls}},
	{name: "stale-date", types: number, only: liveOnly},
	{name: "timestamp", types: number, only: liveOnly},
	{name: "dismissal-date", types: number, only: liveOnly},
	{name: "event", types: text, only: liveOnly},
	{name: "content-state", types: object, only: liveOnly},
	{name: "attributes", types: object, only: liveOnly},
	{name: "attributes-type", types: text, only: liveOnly},
	{name: "input-push-token", types: number, want: "1", ok: isOne, only: liveOnly},
	{name: "input-push-channel", types: text, only: liveOnly},
	{name: "url-args", types: list, legacy: "it belongs to Safari website pushes", legacyTopics: webPrefix},
}

var liveOnly = []PushType{LiveActivity}

// alertKeys is the one table of keys in an alert object. In a Live Activity,
// title and body may be objects of their own, and the sound is here.
var alertKeys = []payloadKey{
	{name: "title", types: text, live: object},
	{name: "subtitle", types: text},
	{name: "body", types: text, live: object},
	{name: "launch-image", types: text},
	{name: "title-loc-key", types: text},
	{name: "title-loc-args", types: list},
	{name: "subtitle-loc-key", types: text},
	{name: "subtitle-loc-args", types: list},
	{name: "loc-key", types: text},
	{name: "loc-args", types: list},
	{name: "sound", live: text},
	{name: "action", types: text, legacy: "it belongs to Safari website pushes", legacyTopics: webPrefix},
	{name: "action-loc-key", types: text | null, legacy: "no system of today shows it"},
	{name: "summary-arg", types: text, legacy: "it is ignored since iOS 15"},
	{name: "summary-arg-count", types: number, legacy: "it is ignored since iOS 15"},
}

// localizedKeys is the one table of keys in the title or body of a Live
// Activity's alert that is an object.
var localizedKeys = []payloadKey{
	{name: "loc-key", types: text},
	{name: "loc-args", types: list},
}

// soundKeys is the one table of keys in a sound object.
var soundKeys = []payloadKey{
	{name: "critical", types: number, want: "0 or 1", ok: isSwitch},
	{name: "name", types: text},
	{name: "volume", types: number, want: "between 0 and 1", ok: isShare},
}

func isCount(value any) bool {
	f, ok := float(value)
	return ok && f >= 0 && f == float64(int64(f))
}

func isOne(value any) bool {
	f, ok := float(value)
	return ok && f == 1
}

func isSwitch(value any) bool {
	f, ok := float(value)
	return ok && (f == 0 || f == 1)
}

func isShare(value any) bool {
	f, ok := float(value)
	return ok && 0 <= f && f <= 1
}

func isOneOf(words ...string) func(any) bool {
	return func(value any) bool {
		word, _ := value.(string)
		return slices.Contains(words, word)
	}
}

// checkObject holds the members of the object at path against a table.
func (l *linter) checkObject(path string, members map[string]any, table []payloadKey) {
	for _, name := range slices.Sorted(maps.Keys(members)) {
		i := slices.IndexFunc(table, func(k payloadKey) bool { return k.name == name })
		if i < 0 || l.allowed(&table[i]) == 0 {
			l.advise(AdviceUnknownKey, "%s has the key %s, which nothing looks at%s", path, shorten(name), guess(name, table))
			continue
		}
		l.checkMember(path+"."+name, &table[i], members[name])
	}
}

// allowed are the types a key may have in this push; 0 means that it has no
// place there.
func (l *linter) allowed(k *payloadKey) jsonType {
	if l.kind == LiveActivity {
		return k.types | k.live
	}
	return k.types
}

func (l *linter) checkMember(path string, k *payloadKey, value any) {
	switch want := l.allowed(k); {
	case k.legacy != "" && (k.legacyTopics == "" || !strings.HasPrefix(l.topic, k.legacyTopics)):
		l.advise(AdviceLegacyKey, "%s: %s", path, k.legacy)
	case k.only != nil && !slices.Contains(k.only, l.kind):
		l.advise(AdviceTypePayload, "%s belongs to a push of type %s; this one is %s", path, k.only[0], l.kind)
	case want&typeOf(value) == 0:
		l.advise(AdviceWrongType, "%s is %s; it has to be %s", path, typeOf(value), want)
	case k.ok != nil && typeOf(value)&(text|number) != 0 && !k.ok(value):
		l.advise(AdviceBadValue, "%s is %s; it has to be %s", path, written(value), k.want)
	}
}

// guess ends a sentence about an unknown key with the one that was meant, if
// there is one that is nearly the same.
func guess(name string, table []payloadKey) string {
	const longest = 32
	if len(name) > longest {
		return ""
	}
	var names []string
	for i := range table {
		names = append(names, table[i].name)
	}
	if nearest, edits := spelling.Nearest(name, names); edits <= 2 && edits < len(name)/2 {
		return "; " + nearest + " was meant, perhaps"
	}
	return ""
}

// written is a string or number as the provider wrote it, and the type of
// anything else.
func written(value any) string {
	switch v := value.(type) {
	case string:
		return shorten(v)
	case json.Number:
		const most = 40
		return v.String()[:min(len(v), most)]
	default:
		return typeOf(value).String()
	}
}

// shorten quotes what a provider wrote, for a sentence.
func shorten(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return strconv.Quote(string(runes[:most])) + "…"
	}
	return strconv.Quote(s)
}
