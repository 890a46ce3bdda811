package apns

import (
	"slices"
	"time"
)

// A liveEvent is a row of the table of Live Activity events.
type liveEvent struct {
	name     string
	required []string
	allowed  []string
}

// liveEvents is the one table of Live Activity events: "Starting and updating
// Live Activities with ActivityKit push notifications". An event that is
// required itself is not in it.
var liveEvents = []liveEvent{
	{
		"start",
		[]string{"timestamp", "content-state", "attributes-type", "attributes", "alert"},
		[]string{"stale-date", "relevance-score", "input-push-token", "input-push-channel"},
	},
	{"update", []string{"timestamp", "content-state"}, []string{"alert", "stale-date", "relevance-score"}},
	{"end", []string{"timestamp"}, []string{"content-state", "dismissal-date", "alert", "stale-date", "relevance-score"}},
}

// keeps reports whether a key means something with the event.
func (e *liveEvent) keeps(key string) bool {
	return slices.Contains(e.required, key) || slices.Contains(e.allowed, key)
}

// maxDismissal is how long an ended activity may stay.
const maxDismissal = 4 * time.Hour

// checkLive looks at the event of a Live Activity and what it needs.
func (l *linter) checkLive() {
	if l.kind != LiveActivity || l.aps == nil {
		return
	}
	name, _ := l.aps["event"].(string)
	i := slices.IndexFunc(liveEvents, func(e liveEvent) bool { return e.name == name })
	if i < 0 {
		l.advise(AdviceLiveEvent, "aps.event is %s; it has to be start, update or end", described(l.aps, "event"))
	} else {
		l.checkEvent(&liveEvents[i])
	}
	if has(l.aps, "input-push-token") && has(l.aps, "input-push-channel") {
		l.advise(AdviceUnusedKey, "aps has both input-push-token and input-push-channel; an activity is updated by one of them")
	}
	if has(l.aps, "sound") {
		l.advise(AdviceLiveSound, "aps.sound has to stand inside aps.alert")
	}
	l.checkTimes()
}

func (l *linter) checkEvent(e *liveEvent) {
	if l.broadcast && e.name == "start" {
		l.advise(AdviceLiveBroadcast, "the event is start, and the push a broadcast")
	}
	for _, key := range e.required {
		if !has(l.aps, key) {
			l.advise(AdviceLiveMissing, "the event %s needs aps.%s", e.name, key)
		}
	}
	for i := range apsKeys {
		key := apsKeys[i].name
		if slices.Contains(apsKeys[i].only, LiveActivity) && key != "event" && has(l.aps, key) && !e.keeps(key) {
			l.advise(AdviceUnusedKey, "aps.%s means nothing with the event %s", key, e.name)
		}
	}
	if e.name == "end" && !has(l.aps, "content-state") {
		l.advise(AdviceLiveFinalState, "the event end has no aps.content-state to leave behind")
	}
}

// Beyond these, a number is no time of this era in UNIX seconds.
const (
	millisecondsFrom = 1e11 // the year 5138
	sinceUnixFrom    = 1e9  // September 2001; below are seconds since 2001
)

// checkTimes looks at the times of a Live Activity. There is no clock here:
// the push's own timestamp stands for now.
func (l *linter) checkTimes() {
	for _, key := range []string{"timestamp", "stale-date", "dismissal-date"} {
		if at, ok := float(l.aps[key]); ok && at >= millisecondsFrom {
			l.advise(AdviceLiveTime, "aps.%s is %s, which looks like milliseconds; it has to be UNIX seconds", key, written(l.aps[key]))
			return // the others cannot be compared with it
		}
	}
	now, ok := float(l.aps["timestamp"])
	if !ok {
		return
	}
	if now < sinceUnixFrom {
		l.advise(AdviceLiveTime, "aps.timestamp is %s, long ago; it has to be seconds since 1970, not since 2001", written(l.aps["timestamp"]))
		return
	}
	if stale, ok := float(l.aps["stale-date"]); ok && stale <= now {
		l.advise(AdviceLiveTime, "aps.stale-date is not after aps.timestamp: the activity is stale at once")
	}
	if end, ok := float(l.aps["dismissal-date"]); ok && end > now+maxDismissal.Seconds() {
		l.advise(AdviceLiveDismissal, "aps.dismissal-date is %.1f hours after aps.timestamp; 4 are the most", (end-now)/time.Hour.Seconds())
	}
}

// described is the value of a key for a sentence.
func described(members map[string]any, key string) string {
	value, ok := members[key]
	if !ok {
		return "missing"
	}
	return written(value)
}
