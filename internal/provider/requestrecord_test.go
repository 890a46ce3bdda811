package provider

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// recordOf returns the newest record and its request.
func recordOf(t *testing.T, w *fixture) (journal.Record, *journal.RequestRecord) {
	t.Helper()
	found := w.journal.Find(journal.Query{Newest: true, Limit: 1})
	require.Len(t, found.Records, 1)
	x := found.Records[0].Request()
	require.NotNil(t, x)
	return found.Records[0], x
}

func TestARecordHasTheRequestAsItCame(t *testing.T) {
	w := newFixture(t)
	c := w.dial()
	const id = "eabeae54-14a8-11e5-b60b-1697f925ec7b"
	request := w.good().set(apns.HeaderID, id).set("user-agent", "curl")
	require.Equal(t, 200, c.send(request).status)
	r, x := recordOf(t, w)
	assert.Equal(t, id, r.Push.ID)
	assert.Equal(t, device, r.Device)
	assert.Equal(t, "POST", x.Method)
	assert.True(t, strings.HasPrefix(x.Path, devicePath))
	headers := map[string]string{}
	for _, h := range x.Headers {
		headers[h.Name] = h.Value
	}
	assert.Equal(t, id, headers[apns.HeaderID])
	assert.Equal(t, "curl", headers["user-agent"], "those that mean nothing as well")
	assert.Equal(t, bundleID, headers[apns.HeaderTopic])
	assert.Regexp(t, `^bearer … \(\d+ bytes\)$`, headers[apns.HeaderAuthorization])
	who := x.Credential
	assert.Equal(t, journal.ProviderToken, who.Kind)
	assert.Equal(t, team, who.TeamID)
	assert.Equal(t, "KEY0000001", who.KeyID)
	assert.JSONEq(t, fmt.Sprintf(`{"iss":%q,"iat":%d}`, team, who.IssuedAt.Unix()), who.Claims)
	assert.Contains(t, who.Header, "ES256")
	assert.Len(t, who.Fingerprint, 8)
	assert.NotZero(t, x.Connection.Number)
	assert.NotEmpty(t, x.Connection.Remote)
	for _, check := range x.Checks {
		assert.Equal(t, journal.Passed, check.Result, check.Name)
	}
	assert.Len(t, x.Checks, len(pushChecks)+1)
}

// One wrong request per check: it fails there, all before have passed, and none
// after it was reached.
func TestChecksAfterTheRejectionAreNotReached(t *testing.T) {
	for _, row := range []struct {
		check, seen string
		wrong       func(w *fixture, c *call)
	}{
		{"path", "/3/devices/", func(_ *fixture, c *call) { c.path = "/3/devices/" }},
		{"method", "PUT", func(_ *fixture, c *call) { c.method = "PUT" }},
		{"duplicate headers", "", func(_ *fixture, c *call) { c.add(apns.HeaderTopic, bundleID) }},
		{"credentials", "", func(_ *fixture, c *call) { c.drop(apns.HeaderAuthorization) }},
		{"device token present", "", func(_ *fixture, c *call) { c.path = devicePath }},
		{"apns-id", "7", func(_ *fixture, c *call) { c.set(apns.HeaderID, "7") }},
		{"apns-expiration", "soon", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "soon") }},
		{"apns-priority", "7", func(_ *fixture, c *call) { c.set(apns.HeaderPriority, "7") }},
		{"apns-collapse-id", strings.Repeat("x", 65), func(_ *fixture, c *call) { c.set(apns.HeaderCollapseID, strings.Repeat("x", 65)) }},
		{"apns-push-type", "alrt", func(_ *fixture, c *call) { c.set(apns.HeaderPushType, "alrt") }},
		{"priority of the push type", "background 10", func(_ *fixture, c *call) {
			c.set(apns.HeaderPushType, "background").set(apns.HeaderPriority, "10")
		}},
		{"payload", "0 bytes", func(_ *fixture, c *call) { c.body = nil }},
		{"device token", "zz", func(_ *fixture, c *call) { c.path = devicePath + "zz" }},
		{"topic present", "", func(_ *fixture, c *call) { c.drop(apns.HeaderTopic) }},
		{"topic", "com.nobody", func(_ *fixture, c *call) { c.set(apns.HeaderTopic, "com.nobody") }},
	} {
		t.Run(row.check, func(t *testing.T) {
			w := newFixture(t)
			request := w.good()
			row.wrong(w, request)
			require.GreaterOrEqual(t, w.dial().send(request).status, 400)
			r, x := recordOf(t, w)
			require.NotNil(t, r.Rejection)
			want := journal.Passed
			for _, check := range x.Checks {
				if check.Name == row.check {
					assert.Equal(t, journal.Failed, check.Result)
					assert.Equal(t, row.seen, check.Seen)
					assert.Equal(t, r.Rejection.Detail, check.Detail)
					want = journal.NotReached
					continue
				}
				assert.Equal(t, want, check.Result, check.Name)
			}
			assert.Equal(t, journal.NotReached, want, "there is such a check")
		})
	}
}

func TestARejectionByTheBrokerIsTheLastCheck(t *testing.T) {
	w := newFixture(t)
	w.broker.fail(apns.Reject(apns.TooManyRequests, "full"))
	require.Equal(t, 429, w.dial().send(w.good()).status)
	_, x := recordOf(t, w)
	last := x.Checks[len(x.Checks)-1]
	assert.Equal(t, journal.Check{Name: "accepted by the broker", Result: journal.Failed, Detail: "full"}, last)
}

func TestABadProviderTokenIsDecodedAsFarAsItGoes(t *testing.T) {
	w := newFixture(t)
	bearer := w.bearer(team, "KEY0000001")
	forged := bearer[:len(bearer)-4] + "AAAA"
	for _, row := range []struct{ value, shown, kind, keyID string }{
		{forged, fmt.Sprintf("bearer … (%d bytes)", len(forged)-len("bearer ")), journal.ProviderToken, "KEY0000001"},
		{"bearer nonsense", "bearer … (8 bytes)", journal.ProviderToken, ""},
		{"Basic c2VjcmV0OnNlY3JldA==", "Basic … (26 bytes)", journal.NoCredential, ""},
		{"c2VjcmV0OnNlY3JldA==", "… (20 bytes)", journal.NoCredential, ""},
	} {
		require.Equal(t, 403, w.dial().send(w.good().set(apns.HeaderAuthorization, row.value)).status)
		_, x := recordOf(t, w)
		assert.Contains(t, x.Headers, journal.Header{Name: apns.HeaderAuthorization, Value: row.shown})
		assert.Equal(t, row.kind, x.Credential.Kind)
		assert.Equal(t, row.keyID, x.Credential.KeyID)
		assert.Empty(t, x.Credential.TeamID, "nobody is known to have sent it")
		text, err := json.Marshal(x)
		require.NoError(t, err)
		assert.NotContains(t, string(text), "c2VjcmV0")
		assert.NotContains(t, string(text), row.value[strings.LastIndexAny(row.value, ". ")+1:], "not the signature")
	}
}

// Requests of a connection share their headers, which is most of what a record
// would cost.
func TestHeadersThatAreTheSameAreKeptOnce(t *testing.T) {
	fields := func(id, expiration string) []hpack.HeaderField {
		return []hpack.HeaderField{
			{Name: apns.HeaderAuthorization, Value: "bearer secret"}, {Name: apns.HeaderID, Value: id}, {Name: apns.HeaderExpiration, Value: expiration},
		}
	}
	var m headerCache
	first := m.keep(fields("a", "0"), true)
	assert.Equal(t, []journal.Header{{Name: apns.HeaderAuthorization}, {Name: apns.HeaderID}, {Name: apns.HeaderExpiration, Value: "0"}}, first.Fields)
	assert.Same(t, first, m.keep(fields("b", "0"), true), "the apns-id is in the push")
	assert.NotSame(t, first, m.keep(fields("b", "1"), true))
	bad := m.keep(fields("not a UUID", "1"), false)
	assert.Equal(t, "not a UUID", bad.Fields[1].Value, "a bad apns-id is nowhere else")
	assert.Empty(t, m.keep(fields("c", "1"), true).Fields[1].Value)
	allocs := testing.AllocsPerRun(100, func() { m.keep(fields("c", "1"), true) })
	assert.LessOrEqual(t, allocs, 1.0, "the fields of this test at most")
}

func TestAPushIsReplayedUnderANewID(t *testing.T) {
	w := newFixture(t)
	require.Equal(t, 200, w.dial().send(w.good()).status)
	first, _ := recordOf(t, w)
	server, err := New(w.cfg)
	require.NoError(t, err)

	again, err := server.Replay(first.Push)
	require.NoError(t, err)
	assert.NotEqual(t, first.Push.ID, again.ID)
	want := *first.Push
	want.ID = again.ID
	assert.Equal(t, &want, again, "all else is the same")
	assert.Equal(t, again, w.broker.last(t).Notification)
	r, ok := w.journal.Get(again.ID)
	require.True(t, ok)
	assert.Equal(t, "replay of "+first.Push.ID, r.Steps[0].Detail)
	assert.Nil(t, r.Request(), "nobody has sent it")

	w.auth.RemoveApp(team, bundleID)
	again, err = server.Replay(first.Push)
	var rejection *apns.Rejection
	require.ErrorAs(t, err, &rejection)
	assert.Equal(t, apns.TopicDisallowed, rejection.Reason)
	r, ok = w.journal.Get(again.ID)
	require.True(t, ok)
	assert.Equal(t, rejection, r.Rejection, "and the journal has it")
}
