package apns

import "strings"

// checkSafari wants what Safari needs to show a push to a Website Push ID: an
// alert with title and body, and url-args, which is empty if the site's URL has
// no placeholders. "Configuring Safari Push Notifications", "Pushing
// Notifications".
func (l *linter) checkSafari() {
	if !strings.HasPrefix(l.topic, webPrefix) || l.aps == nil {
		return
	}
	alert, ok := l.aps["alert"].(map[string]any)
	if !ok {
		l.advise(AdviceSafari, "aps.alert is %s; it has to be an object with title and body", described(l.aps, "alert"))
	}
	for _, key := range []string{"title", "body"} {
		if words, _ := alert[key].(string); ok && words == "" {
			l.advise(AdviceSafari, "aps.alert.%s is %s; it has to be a string with something in it", key, described(alert, key))
		}
	}
	if _, ok := l.aps["url-args"].([]any); !ok {
		l.advise(AdviceSafari, "aps.url-args is %s; it has to be an array with a string for each placeholder of the site's URL", described(l.aps, "url-args"))
	}
}
