package provider

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// observed: jchambers/pushy#184 (27CFDC15-E305-27E0-E290-8FC98E115899), AndrewBarba/apns2#95
// (4084a6e4-9ea8-6d2a-ca49-9a344a152da7).
var (
	upperID = regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)
	lowerID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

func names(fields []field) (names []string) {
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names
}

// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns;
// no content-type, content-length, date, server or retry-after was observed.
func TestResponsesHaveTheShapeOfApples(t *testing.T) {
	w := newFixture(t)
	c := w.dial()

	got := c.send(w.good())
	assert.Equal(t, 200, got.status)
	assert.Empty(t, got.body)
	assert.Equal(t, []string{"apns-id"}, names(got.fields), "production has no apns-unique-id")
	first := got.get("apns-id")
	assert.Regexp(t, upperID, first)

	got = c.send(w.good().set(apns.HeaderTopic, "com.nobody"))
	assert.Equal(t, 400, got.status)
	assert.Equal(t, `{"reason":"TopicDisallowed"}`, got.body)
	assert.Equal(t, []string{"apns-id"}, names(got.fields))
	assert.Regexp(t, upperID, got.get("apns-id"))
	assert.NotEqual(t, first, got.get("apns-id"))
}

func TestTheSandboxAddsAUniqueID(t *testing.T) {
	w := newFixture(t)
	w.cfg.Environment = apns.Sandbox
	c := w.dial()
	got := c.send(w.good().to(w.tokenIn(apns.Sandbox, bundleID)))
	require.Equal(t, 200, got.status, got.body)
	require.Equal(t, []string{"apns-id", "apns-unique-id"}, names(got.fields))
	require.Regexp(t, lowerID, got.get("apns-unique-id"))
	require.Equal(t, got.get("apns-unique-id"), w.broker.last(t).UniqueID)

	got = c.send(w.good().to(zeros))
	require.Equal(t, []string{"apns-id"}, names(got.fields), "observed: none on refusals")
}

// aioapns pairs answers with requests by the apns-id, byte for byte.
func TestAnIDComesBackAsItWasSent(t *testing.T) {
	w := newFixture(t)
	c := w.dial()
	for _, id := range []string{"eabeae54-14a8-11e5-b60b-1697f925ec7b", "EABEAE54-14a8-11E5-B60B-1697F925EC7B"} {
		require.Equal(t, id, c.send(w.good().set(apns.HeaderID, id)).get("apns-id"))
		require.Equal(t, id, w.broker.last(t).ID)
		require.Equal(t, id, c.send(w.good().set(apns.HeaderID, id).to(zeros)).get("apns-id"), "on a refusal")
		require.Equal(t, id, c.send(w.good().set(apns.HeaderID, id).drop(apns.HeaderAuthorization)).get("apns-id"), "without credentials")
	}
	got := c.send(w.good().set(apns.HeaderID, "not an id"))
	require.Equal(t, `{"reason":"BadMessageId"}`, got.body)
	require.Regexp(t, upperID, got.get("apns-id"), "what is no id is not echoed")
}

// The timestamp is a bare integer of milliseconds: apns2 and pushy take nothing
// else.
func TestARetiredTokenIsAnsweredWithItsTime(t *testing.T) {
	w := newFixture(t)
	c := w.good()
	w.vault.RetireApp(tokenvault.Address{Environment: apns.Production, Device: device}, tokenvault.Tag(apns.HashTopic(bundleID)))
	w.clock.Advance(10 * time.Minute)
	got := w.dial().send(c)
	require.Equal(t, 410, got.status)
	since := regexp.MustCompile(`^\{"reason":"Unregistered","timestamp":([0-9]{13})\}$`).FindStringSubmatch(got.body)
	require.NotNil(t, since, got.body)
	claims, err := w.vault.Decrypt([]byte(requireToken(t, c)))
	require.NoError(t, err)
	require.Equal(t, []byte(got.body), appendRejection(nil, &apns.Rejection{Reason: apns.Unregistered, Since: claims.Retired}))
}

func requireToken(t *testing.T, c *call) apns.DeviceToken {
	t.Helper()
	token, err := apns.ParseDeviceToken(c.path[len(devicePath):])
	require.NoError(t, err)
	return token
}

func TestRejectionsAreTheseBytes(t *testing.T) {
	since := time.UnixMilli(1508249865488) // from a captured response
	for _, tt := range []struct {
		rejection *apns.Rejection
		want      string
	}{
		{apns.Reject(apns.BadDeviceToken, "not for the wire"), `{"reason":"BadDeviceToken"}`},
		{&apns.Rejection{Reason: apns.Unregistered, Since: since}, `{"reason":"Unregistered","timestamp":1508249865488}`},
		{&apns.Rejection{Reason: apns.ExpiredToken, Since: since}, `{"reason":"ExpiredToken","timestamp":1508249865488}`},
		{&apns.Rejection{Reason: apns.BadTopic, Since: since}, `{"reason":"BadTopic"}`},
	} {
		require.Equal(t, tt.want, string(appendRejection(nil, tt.rejection)))
	}
	require.Len(t, appendReason(nil, apns.BadCertificateEnvironment), 38, "observed: sideshow/apns2#93, a GOAWAY of length 46")
}

func TestSettingsChangeTheResponse(t *testing.T) {
	t.Run("ErrorContentType", func(t *testing.T) {
		w := newFixture(t)
		w.cfg.ErrorContentType = true
		got := w.dial().send(w.good().to(zeros))
		require.Equal(t, []field{{"apns-id", got.get("apns-id")}, {"content-type", "application/json"}}, got.fields)
	})
	t.Run("RefuseBaseTokens", func(t *testing.T) {
		w := newFixture(t)
		w.cfg.RejectBaseTokens = true
		require.Equal(t, `{"reason":"DeviceTokenNotForTopic"}`, w.dial().send(w.good().to(w.token(""))).body)
	})
	t.Run("AnyPriority", func(t *testing.T) {
		w := newFixture(t)
		w.cfg.AnyPriority = true
		require.Equal(t, 200, w.dial().send(w.good().set(apns.HeaderPushType, "background").set(apns.HeaderPriority, "10")).status)
		require.Equal(t, apns.PriorityImmediate, w.broker.last(t).Priority)
	})
	t.Run("DocumentedKeyReason", func(t *testing.T) {
		w := newFixture(t)
		w.useRegistry(documentedSpelling)
		key := providerKey("SANDBOXKEY")
		key.Environments = []apns.Environment{apns.Sandbox}
		w.addKey(key)
		got := w.dial().send(w.good().set(apns.HeaderAuthorization, w.bearer(team, "SANDBOXKEY")))
		require.Equal(t, `{"reason":"BadEnvironmentKeyIdInToken"}`, got.body)
	})
}

// The tolerances that a provider token needs are in the journal, for its developer.
func TestTheJournalNotesAnUnusualProviderToken(t *testing.T) {
	w := newFixture(t)
	padded := w.good()
	padded.fields[0].value += "=="
	require.Equal(t, 200, w.dial().send(padded).status)
	events := w.journal.Read(0, 0).Events
	require.Len(t, events, 1)
	require.Equal(t, "provider token: base64 is padded with =", events[0].Detail)
}

// The whole way into a real broker: received, accepted, stored.
func TestAnAcceptedPushIsInTheBroker(t *testing.T) {
	w := newFixture(t)
	b, err := broker.New(broker.Config{Journal: w.journal, Clock: w.clock})
	require.NoError(t, err)
	w.cfg.Broker = b
	require.Equal(t, 200, w.dial().send(w.good()).status)
	var kinds []journal.Kind
	for _, e := range w.journal.Read(0, 0).Events {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []journal.Kind{journal.Received, journal.Accepted, journal.Stored}, kinds)
}
