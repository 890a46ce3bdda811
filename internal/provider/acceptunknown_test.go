package provider

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// unknownTeam signs with a key that the registry does not know.
func (w *fixture) unknownTeam() string { return w.unknownTeamAt(w.clock.Now()) }

// unknownTeamAt is unknownTeam with a token of another time.
func (w *fixture) unknownTeamAt(at time.Time) string {
	other := newFixture(w.t)
	other.addKey(providerauth.Key{ID: "OTHERKEY01", TeamID: "OTHERTEAM1"})
	return other.bearerAt("OTHERTEAM1", "OTHERKEY01", at)
}

const nobodys = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func TestUnknownTeamsTopicsAndDeviceTokensAreAcceptedOnRequest(t *testing.T) {
	for _, tc := range []struct {
		name    string
		call    func(*fixture) *call
		ignored string
		arrives bool
	}{
		{"unknown team", func(w *fixture) *call { return w.good().set(apns.HeaderAuthorization, w.unknownTeam()) }, `iss is "OTHERTEAM1", an unknown team`, true},
		{"unknown token", func(w *fixture) *call { return w.good().to(nobodys) }, "32 bytes", false},
		{"unknown topic", func(w *fixture) *call { return w.good().set(apns.HeaderTopic, "com.example.unknown") }, `no app of team TEAM000001 has topic "com.example.unknown"`, false},
		{"all of it", func(w *fixture) *call {
			return w.good().set(apns.HeaderAuthorization, w.unknownTeam()).to(nobodys).set(apns.HeaderTopic, "com.example.unknown")
		}, `iss is "OTHERTEAM1"`, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newFixture(t)
			require.NotEqual(t, 200, w.dial().send(tc.call(w)).status, "as Apple does")
			w.cfg.AcceptUnknown = true
			require.Equal(t, 200, w.dial().send(tc.call(w)).status)
			records := w.journal.Find(journal.Query{Newest: true, Limit: 1}).Records
			require.Len(t, records, 1)
			steps := records[0].Steps
			assert.Equal(t, journal.Received, steps[0].Kind)
			var ignored []string
			for _, check := range records[0].Request().Checks {
				if check.Result == journal.Failed {
					ignored = append(ignored, check.Detail)
				}
			}
			require.NotEmpty(t, ignored)
			assert.Contains(t, ignored[0], "ignored because of --accept-unknown: ")
			assert.Contains(t, ignored[0], tc.ignored)
			if tc.arrives {
				assert.Equal(t, apns.HashTopic(bundleID), w.broker.last(t).Hash)
				return
			}
			assert.Empty(t, w.broker.pushes)
			last := steps[len(steps)-1]
			assert.Equal(t, journal.Dropped, last.Kind)
			assert.Equal(t, string(broker.DropUnknownDevice), last.Cause)
		})
	}
}

func TestMalformedRequestsAreRejectedThoughUnknownTeamsAreAccepted(t *testing.T) {
	w := newFixture(t)
	w.cfg.AcceptUnknown = true
	for reason, c := range map[string]*call{
		"PayloadEmpty":         {body: []byte{}},
		"BadDeviceToken":       w.good().to("xyz"),
		"InvalidProviderToken": w.good().set(apns.HeaderAuthorization, "bearer abc"),
		"MissingProviderToken": w.good().drop(apns.HeaderAuthorization),
		"ExpiredProviderToken": w.good().set(apns.HeaderAuthorization, w.unknownTeamAt(w.clock.Now().Add(-61*time.Minute))),
		"BadPriority":          w.good().set(apns.HeaderAuthorization, w.unknownTeam()).add(apns.HeaderPriority, "7"),
		"TopicDisallowed":      w.good().set(apns.HeaderPushType, "voip"),
		"BadTopic":             w.good().set(apns.HeaderTopic, "com.example app\x7f"),
		"MissingTopic":         w.good().set(apns.HeaderAuthorization, w.unknownTeam()).drop(apns.HeaderTopic),
	} {
		if reason == "PayloadEmpty" {
			c = w.good().set(apns.HeaderAuthorization, w.unknownTeam())
			c.body = nil
		}
		assert.Contains(t, w.dial().send(c).body, reason)
	}
}
