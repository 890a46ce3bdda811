package apns

import (
	"maps"
	"slices"
	"strings"
)

// usesAps are the push types for which the system looks into aps.
var usesAps = []PushType{Alert, Background, LiveActivity, Widgets, Controls}

// ignoresAps are those for which nothing in aps is shown. About location
// pushes, no page says anything.
var ignoresAps = []PushType{VoIP, PushToTalk, Complication, FileProvider, MDM}

// onlyInAps are the keys of aps that no app would use beside it for itself.
var onlyInAps = []string{"alert", "badge", "sound", "content-available", "mutable-content", "interruption-level"}

// checkAps looks at aps as far as it does not depend on the push type.
func (l *linter) checkAps() {
	value, present := l.body["aps"]
	switch {
	case slices.Contains(ignoresAps, l.kind):
		if present {
			l.advise(AdviceApsIgnored, "aps means nothing in a push of type %s", l.kind)
		}
	case !slices.Contains(usesAps, l.kind):
	case !present:
		l.noAps()
	case l.aps == nil:
		l.advise(AdviceWrongType, "aps is %s; it has to be an object", typeOf(value))
	default:
		l.checkObject("aps", l.aps, apsKeys)
		l.checkScore()
		l.checkAlert()
		l.checkSound()
		l.misplaced()
	}
}

// noAps says what is there instead of aps.
func (l *linter) noAps() {
	for _, key := range slices.Sorted(maps.Keys(l.body)) {
		if strings.EqualFold(key, "aps") {
			l.advise(AdviceNoAps, "there is no aps; %s is another key", shorten(key))
			return
		}
	}
	switch {
	case has(l.body, "mdm"):
		l.advise(AdviceTypePayload, "mdm without aps belongs to a push of type %s; this one is %s", MDM, l.kind)
	case has(l.body, "container-identifier"):
		l.advise(AdviceTypePayload, "container-identifier without aps belongs to a push of type %s; this one is %s", FileProvider, l.kind)
	default:
		l.advise(AdviceNoAps, "there is no aps, which a push of type %s needs", l.kind)
		l.misplaced()
	}
}

func (l *linter) misplaced() {
	for _, key := range onlyInAps {
		if has(l.body, key) && !has(l.aps, key) {
			l.advise(AdviceMisplacedKey, "%s stands beside aps; the system looks for it inside", key)
		}
	}
}

// checkScore: between 0 and 1 for notifications; Live Activities may have any.
func (l *linter) checkScore() {
	if score, ok := float(l.aps["relevance-score"]); ok && l.kind != LiveActivity && (score < 0 || score > 1) {
		l.advise(AdviceBadValue, "aps.relevance-score is %s; it has to be between 0 and 1", written(l.aps["relevance-score"]))
	}
}

// checkAlert looks into an alert object.
func (l *linter) checkAlert() {
	alert, ok := l.aps["alert"].(map[string]any)
	if !ok {
		return
	}
	l.checkObject("aps.alert", alert, alertKeys)
	for _, part := range []string{"", "title-", "subtitle-"} {
		l.checkArguments("aps.alert", alert, part+"loc-key", part+"loc-args")
	}
	for _, part := range []string{"title", "body"} {
		if localized, ok := alert[part].(map[string]any); ok && l.kind == LiveActivity {
			l.checkObject("aps.alert."+part, localized, localizedKeys)
			l.checkArguments("aps.alert."+part, localized, "loc-key", "loc-args")
		}
	}
}

// checkArguments: arguments are strings, and fill in a format that has to be
// there.
func (l *linter) checkArguments(path string, members map[string]any, key, args string) {
	values, ok := members[args].([]any)
	if !ok {
		return
	}
	if !has(members, key) {
		l.advise(AdviceUnusedKey, "%s.%s has no %s to fill in", path, args, key)
	}
	for i, value := range values {
		if typeOf(value) != text {
			l.advise(AdviceWrongType, "%s.%s[%d] is %s; it has to be a string", path, args, i, typeOf(value))
			return // one of them is enough
		}
	}
}

// checkSound looks into a sound object, which is for critical alerts.
func (l *linter) checkSound() {
	sound, ok := l.aps["sound"].(map[string]any)
	if !ok {
		return
	}
	l.checkObject("aps.sound", sound, soundKeys)
	if !has(sound, "name") {
		l.advise(AdviceBadValue, "aps.sound has no name, and so no sound")
	}
}
