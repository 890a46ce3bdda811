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

// recentFailures is how far back failures are a finding.
const recentFailures = "15m"

// failures looks for requests and connections that failed lately before they became a push.
func (p *patient) failures(ctx context.Context) []finding {
	const check = "failures"
	text, err := p.get(ctx, "/v1/notifications?"+url.Values{"state": {"failed"}, "since": {recentFailures}, "limit": {"1000"}}.Encode())
	if err != nil {
		return []finding{wrong(check, "ask with apns-sim list --state failed", "%v", err)}
	}
	var found struct{ Notifications []control.Notification }
	if err := json.Unmarshal(text, &found); err != nil {
		return []finding{wrong(check, "is it another program that answers at "+p.Control+"?", "%v", err)}
	}
	if len(found.Notifications) == 0 {
		return []finding{good(check, "no request or connection has failed before it was a push in the last %s", recentFailures)}
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
	return []finding{wrong(check, fmt.Sprintf("apns-sim show %d tells all of the newest, apns-sim list --state failed lists them", newest.Number),
		"in the last %s: %s; the newest %s: %s", recentFailures, strings.Join(words, ", "), failureRemote(newest), newest.Failure.Detail)}
}
