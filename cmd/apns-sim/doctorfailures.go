package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/internal/control"
)

// recentFailures is the age up to which failures are reported.
const recentFailures = "15m"

// failures reports recent connections and requests that failed before they became a push.
func (p *diagnosis) failures(ctx context.Context) []finding {
	const check = "failures"
	text, err := p.get(ctx, "/v1/notifications?"+url.Values{"state": {"failed"}, "since": {recentFailures}, "limit": {"1000"}}.Encode())
	if err != nil {
		return []finding{wrong(check, "use apns-sim list --state failed", "%v", err)}
	}
	var found struct{ Notifications []control.Notification }
	if err := json.Unmarshal(text, &found); err != nil {
		return []finding{wrong(check, "check whether another program listens at "+p.Control, "%v", err)}
	}
	if len(found.Notifications) == 0 {
		return []finding{good(check, "no connection or request failed in the last %s", recentFailures)}
	}
	causes := map[string]int{}
	for i := range found.Notifications {
		causes[failureCause(&found.Notifications[i])]++
	}
	var words []string
	for _, cause := range slices.Sorted(maps.Keys(causes)) {
		words = append(words, fmt.Sprintf("%d %s", causes[cause], cause))
	}
	newest := &found.Notifications[0]
	return []finding{wrong(check, fmt.Sprintf("apns-sim show %d shows the newest one, apns-sim list --state failed lists all", newest.Number),
		"in the last %s: %s; the newest %s: %s", recentFailures, strings.Join(words, ", "), failureRemote(newest), newest.Failure.Detail)}
}
