package apns

import (
	"strings"
	"time"
)

func (l *linter) checkType() {
	if l.pushType == "" && l.kind != pass {
		l.advise(AdviceNoPushType, "there is no apns-push-type; this looks like %s", l.kind)
	}
}

// checkTopic holds the suffix of the topic against the push type.
func (l *linter) checkTopic() {
	row := pushTypeByName[l.pushType]
	if row == nil || l.topic == "" {
		return
	}
	of := TopicType(l.topic)
	switch {
	case row.Suffix != "" && !strings.HasSuffix(l.topic, row.Suffix):
		l.advise(AdviceTypeTopic, "the topic of a push of type %s ends in %s; this one is %s", row.Type, row.Suffix, shorten(l.topic))
	case row.Suffix == "" && of != "" && of != row.Type:
		l.advise(AdviceTypeTopic, "the topic %s is one for pushes of type %s; this one is %s", shorten(l.topic), of, row.Type)
	case row.Type == MDM && of != MDM:
		l.advise(AdviceTypeTopic, "the topic of a push of type %s begins with %s; this one is %s", MDM, mdmPrefix, shorten(l.topic))
	}
}

func (l *linter) checkPriority() {
	row := pushTypeByName[l.kind]
	if row == nil || l.priority == 0 {
		return
	}
	advised := row.Priorities
	if row.Type == PushToTalk {
		advised = priorities(PriorityImmediate) // "Creating a Push to Talk app"
	}
	if !advised.Has(l.priority) {
		l.advise(AdvicePriority, "the priority of a push of type %s is %s; this one has %d", row.Type, advised, l.priority)
	}
}

// checkExpiration wants pushes that are of no use later not to be stored.
func (l *linter) checkExpiration() {
	switch {
	case l.kind == PushToTalk && l.expiration != 0:
		l.advise(AdviceExpiration, "the push may be stored%s; send apns-expiration 0, so that it does not announce what is over", l.expiration.describe())
	case l.kind == VoIP && l.expiration == DefaultExpiration:
		l.advise(AdviceExpiration, "the push may be stored%s; send apns-expiration 0 or some seconds from now, so that it does not announce a call that is over", l.expiration.describe())
	}
}

// describe says until when a push may be stored, for a sentence.
func (e Expiration) describe() string {
	if e == DefaultExpiration {
		return " for 30 days, since there is no apns-expiration"
	}
	return " until " + time.Unix(int64(e), 0).UTC().Format(time.RFC3339)
}

// visible reports whether anything in aps reaches the user.
func (l *linter) visible() bool {
	return l.showsText() || has(l.aps, "badge") || has(l.aps, "sound")
}

// showsText reports whether the alert has a text, or a key for one.
func (l *linter) showsText() bool {
	switch alert := l.aps["alert"].(type) {
	case string:
		return alert != ""
	case map[string]any:
		for _, key := range []string{"title", "subtitle", "body", "title-loc-key", "subtitle-loc-key", "loc-key"} {
			if value, ok := alert[key]; ok && value != "" {
				return true
			}
		}
	}
	return false
}

// checkVisible wants an alert push to show something.
func (l *linter) checkVisible() {
	if l.kind != Alert || l.aps == nil {
		return
	}
	silent, visible := has(l.aps, "content-available"), l.visible()
	switch {
	case silent && visible:
		l.advise(AdviceSilentAndLoud, "aps has content-available beside what is shown; send a background push for it")
	case silent:
		l.advise(AdviceSilentAsAlert, "aps has content-available and nothing to show; send it as apns-push-type background with priority 5")
	case !visible:
		l.advise(AdviceNothingToShow, "aps has no alert with a text, no badge and no sound")
	}
	if has(l.aps, "mutable-content") && !l.showsText() {
		l.advise(AdviceNoExtension, "aps has mutable-content and no alert to change")
	}
}

// checkSilent wants a background push to be silent: aps has content-available
// and nothing else.
func (l *linter) checkSilent() {
	if l.kind != Background || l.aps == nil {
		return
	}
	if !has(l.aps, "content-available") {
		l.advise(AdviceNoBackground, "aps has no content-available")
	}
	for i := range apsKeys {
		if key := &apsKeys[i]; key.name != "content-available" && key.only == nil && has(l.aps, key.name) {
			l.advise(AdviceNotSilent, "aps.%s does not belong into a background push", key.name)
		}
	}
}

// checkReload wants a push to widgets or controls to say that something
// changed.
func (l *linter) checkReload() {
	if (l.kind == Widgets || l.kind == Controls) && l.aps != nil && l.aps["content-changed"] != true {
		l.advise(AdviceContentChanged, "aps.content-changed has to be true")
	}
}

func (l *linter) checkMDM() {
	if l.kind != MDM {
		return
	}
	if magic, _ := l.body["mdm"].(string); magic == "" {
		l.advise(AdviceMDM, "mdm has to be the PushMagic string of the enrollment")
	}
	if len(l.body) > 1 && has(l.body, "mdm") {
		l.advise(AdviceMDM, "there is more than mdm in the payload")
	}
}

func (l *linter) checkFileProvider() {
	if l.kind != FileProvider {
		return
	}
	for _, key := range []string{"container-identifier", "domain"} {
		if name, _ := l.body[key].(string); name == "" {
			l.advise(AdviceFileProvider, "%s has to be a string", key)
		}
	}
}

func (l *linter) checkPass() {
	if l.kind == pass && len(l.body) > 0 {
		l.advise(AdvicePass, "the payload of a push to %s has to be {}", shorten(l.topic))
	}
}
