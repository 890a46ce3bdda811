package integration_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// A reasonCase earns a reason: the steps are taken one after the other, and the
// last one is refused.
type reasonCase struct {
	reason apns.Reason
	group  string // of reasonGroups
	steps  []step
}

// reasonGroups are the flags of the simulators that the cases need. Their parts in
// braces are files of the folder of credentials.
var reasonGroups = map[string][]string{
	"plain": {
		"--topic", secondTopic + "," + quietTopic, "--no-broadcast", quietTopic, "--suspended-team", suspendedTeam,
		"--key", demoTeam + ":" + sandboxKey + ":{" + sandboxKey + "},sandbox",
		"--key", demoTeam + ":" + topicKey + ":{" + topicKey + "},topic=" + demoTopic,
	},
	"documented": {"--documented-reasons", "--key", demoTeam + ":" + sandboxKey + ":{" + sandboxKey + "},sandbox"},
	"limits":     {"--burst-limit", "1", "--max-channels", "1", "--channel-budget", "1", "--topic", fullTopic},
	"idle":       {"--idle-timeout", "500ms"},
	"busy":       {"--busy-connections", "1", "--drain-time", "1m"},
	"failing":    {"--outage", string(apns.InternalServerError)},
	"away":       {"--outage", string(apns.ServiceUnavailable)},
	"leaving":    {"--outage", string(apns.Shutdown)},
}

// partings are the reasons that come in the GOAWAY alone: of the one it is
// observed (apns2#93, apns2#117), of the other Apple gives no more than the name.
var partings = []apns.Reason{apns.BadCertificateEnvironment, apns.IdleTimeout}

// Each row of the table of reasons, for device pushes and for broadcasts apart, is
// earned over the wire by what the row says, and has the status of the row.
// "Handling notification responses from APNs", "Handling error responses from
// APNs".
func TestEveryReasonIsEarnedOverTheWire(t *testing.T) {
	t.Parallel()
	sides := []struct {
		scope apns.Scope
		cases []reasonCase
	}{{apns.ScopeDevice, deviceCases}, {apns.ScopeBroadcast, broadcastCases}}
	for _, side := range sides {
		requireACaseForEveryRow(t, side.scope, side.cases)
	}
	p := newCredentials(t)
	for group := range reasonGroups {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			sim := startSimulator(t, groupFlags(p, group)...)
			for _, side := range sides {
				for _, c := range side.cases {
					if c.group == group {
						t.Run(string(c.reason)+"/"+side.scope.String(), func(t *testing.T) { c.run(t, p, sim, side.scope) })
					}
				}
			}
		})
	}
}

// requireACaseForEveryRow compares the cases of a scope with the table, both ways.
func requireACaseForEveryRow(t *testing.T, scope apns.Scope, cases []reasonCase) {
	t.Helper()
	var rows, earned []apns.Reason
	for _, row := range apns.Reasons() {
		if row.Scope&scope != 0 {
			rows = append(rows, row.Reason)
		}
	}
	seen := map[apns.Reason]bool{}
	for _, c := range cases {
		require.Contains(t, reasonGroups, c.group, "%s", c.reason)
		if !seen[c.reason] {
			earned = append(earned, c.reason)
		}
		seen[c.reason] = true
	}
	require.ElementsMatch(t, rows, earned, "reasons of %s in the table, and those that have a case", scope)
}

func groupFlags(p credentials, group string) []string {
	files := strings.NewReplacer(
		"{"+sandboxKey+"}", p.keyFile(demoTeam, sandboxKey),
		"{"+topicKey+"}", p.keyFile(demoTeam, topicKey),
	)
	flags := []string{"--certs", p.dir}
	for _, flag := range reasonGroups[group] {
		flags = append(flags, files.Replace(flag))
	}
	return flags
}

// run takes the steps and judges what came of the last one.
func (c reasonCase) run(t *testing.T, p credentials, sim *simulator, scope apns.Scope) {
	s := &session{t: t, credentials: credentials{t, p.dir}, simulator: sim, bearer: sim.demoBearer(), peers: make(map[string]*peer)}
	defer s.close()
	began := time.Now()
	for _, take := range c.steps {
		take(s)
	}
	for _, reason := range partings {
		if c.reason == reason {
			assert.Nil(t, s.last, "there is no response")
			assert.Equal(t, fmt.Sprintf(`{"reason":"%s"}`, reason), s.goAwayReason)
			return
		}
	}
	require.NotNil(t, s.last, "a response; the connection ended with %q", s.goAwayReason)
	assert.Equal(t, c.reason.Status(), s.last.status)
	requireRejection(t, c.reason, s.last.body, began)
	id := map[apns.Scope]string{apns.ScopeDevice: apns.HeaderID, apns.ScopeBroadcast: apns.HeaderRequestID}[scope]
	assert.Regexp(t, madeUpID, s.last.fields[id], "every response has an id")
}

// requireRejection wants the JSON of a rejection, and in a 410 since when it is true,
// in milliseconds.
func requireRejection(t *testing.T, reason apns.Reason, body string, began time.Time) {
	t.Helper()
	if reason.Status() != 410 {
		require.Equal(t, fmt.Sprintf(`{"reason":"%s"}`, reason), body)
		return
	}
	var rejection struct {
		Reason    apns.Reason
		Timestamp int64
	}
	require.NoError(t, json.Unmarshal([]byte(body), &rejection))
	require.Equal(t, reason, rejection.Reason)
	since := time.UnixMilli(rejection.Timestamp)
	require.WithinRange(t, since, began.Truncate(time.Millisecond), time.Now())
}
