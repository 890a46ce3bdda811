package provider

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// A row is one push on a connection of its own. Where why names no source, it is
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
type row struct {
	what  string
	wrong func(w *fixture, c *call) // makes a good request a bad one; nil leaves it good
	want  apns.Reason               // "" is accepted
	msg   string
}

var zeros = strings.Repeat("0", 64)

var rows = []row{
	{"nothing wrong", nil, "", "as Apple describes it"},

	{"root path", func(_ *fixture, c *call) { c.path = "/" }, apns.BadPath, "the path has no push in it"},
	{"no slash before the token", func(_ *fixture, c *call) { c.path = "/3/device" }, apns.BadPath, ""},
	{"another version", func(_ *fixture, c *call) { c.path = "/2/device/" + zeros }, apns.BadPath, ""},
	{"more behind the token", func(_ *fixture, c *call) { c.path += "/x" }, apns.BadPath, ""},
	{"GET", func(_ *fixture, c *call) { c.method = "GET" }, apns.MethodNotAllowed, "observed: GET /3/device/"},
	{"PUT", func(_ *fixture, c *call) { c.method = "PUT" }, apns.MethodNotAllowed, ""},
	{"post in lower case", func(_ *fixture, c *call) { c.method = "post" }, apns.MethodNotAllowed, "RFC 9110, 9.1: methods have case"},

	{"topic twice", func(_ *fixture, c *call) { c.add(apns.HeaderTopic, bundleID) }, apns.DuplicateHeaders, "uniqush-push: Apns-Topic and apns-topic"},
	{"authorization twice", func(w *fixture, c *call) { c.add(apns.HeaderAuthorization, "bearer x") }, apns.DuplicateHeaders, ""},
	{"a foreign header twice", func(_ *fixture, c *call) { c.add("x-a", "1").add("x-a", "2") }, "", "headers APNs does not know are ignored"},
	{"content-type of curl", func(_ *fixture, c *call) { c.add("content-type", "application/x-www-form-urlencoded") }, "", "observed: curl trace"},

	{"no authorization", func(_ *fixture, c *call) { c.drop(apns.HeaderAuthorization) }, apns.MissingProviderToken, ""},
	{"basic authorization", func(_ *fixture, c *call) { c.set(apns.HeaderAuthorization, "basic eDp5") }, apns.MissingProviderToken, ""},
	{"authorization with a capital", func(w *fixture, c *call) {
		c.set(apns.HeaderAuthorization, "Bearer"+w.bearer(team, "KEY0000001")[6:])
	}, "", "a2"},
	{"nonsense for a token", func(_ *fixture, c *call) { c.set(apns.HeaderAuthorization, "bearer nonsense") }, apns.InvalidProviderToken, ""},
	{"a key nobody knows", func(w *fixture, c *call) {
		w.addKey(providerauth.Key{ID: "REVOKED001", TeamID: team})
		c.set(apns.HeaderAuthorization, w.bearer(team, "REVOKED001"))
		require.NoError(w.t, w.auth.RemoveKey(team, "REVOKED001"))
	}, apns.InvalidProviderToken, "observed: a key that is not registered"},
	{"an old token", func(w *fixture, c *call) {
		c.set(apns.HeaderAuthorization, w.bearerAt(team, "KEY0000001", w.clock.Now().Add(-61*time.Minute)))
	}, apns.ExpiredProviderToken, ""},
	{"a key for the sandbox", func(w *fixture, c *call) {
		w.addKey(providerauth.Key{ID: "SANDBOXKEY", TeamID: team, Environments: []apns.Environment{apns.Sandbox}})
		c.set(apns.HeaderAuthorization, w.bearer(team, "SANDBOXKEY"))
	}, apns.BadEnvironmentKeyInToken, "observed: kylebrowning/APNSwift#229"},

	{"no token", func(_ *fixture, c *call) { c.to("") }, apns.MissingDeviceToken, "observed: POST /3/device/"},
	{"an odd digit", func(_ *fixture, c *call) { c.path += "0" }, apns.BadDeviceToken, "malformed"},
	{"two bytes", func(_ *fixture, c *call) { c.to("abcd") }, apns.BadDeviceToken, "malformed"},
	{"not hexadecimal", func(_ *fixture, c *call) { c.to("Zz" + c.path[len(devicePath)+2:]) }, apns.BadDeviceToken, "malformed"},
	{"very long", func(_ *fixture, c *call) { c.to(strings.Repeat("ab", apns.MaxDeviceToken+1)) }, apns.BadDeviceToken, "malformed"},
	{"a query", func(_ *fixture, c *call) { c.path += "?x=1" }, apns.BadPath, "another path"},
	{"64 zeros", func(_ *fixture, c *call) { c.to(zeros) }, apns.BadDeviceToken, "observed: 64 zeros with a good token"},
	{"one digit changed", func(_ *fixture, c *call) { c.path = c.path[:len(c.path)-1] + flip(c.path[len(c.path)-1]) }, apns.BadDeviceToken, "not made here"},
	{"token in upper case", func(_ *fixture, c *call) { c.to(strings.ToUpper(c.path[len(devicePath):])) }, "", "observed: 200 in a trace"},
	{"token of the sandbox", func(w *fixture, c *call) { c.to(w.tokenIn(apns.Sandbox, bundleID)) }, apns.BadDeviceToken, "the other environment"},
	{"token of another app", func(w *fixture, c *call) { c.to(w.token("com.example.other")) }, apns.DeviceTokenNotForTopic, ""},
	{"VoIP topic, token of the app", func(_ *fixture, c *call) {
		c.set(apns.HeaderTopic, bundleID+".voip").set(apns.HeaderPushType, "voip")
	}, apns.DeviceTokenNotForTopic, "observed: Apple forum 691613"},
	{"app's topic, token for VoIP", func(w *fixture, c *call) { c.to(w.token(bundleID + ".voip")) }, apns.DeviceTokenNotForTopic, "observed: Apple forum 691613"},
	{"base token", func(w *fixture, c *call) { c.to(w.token("")) }, "", "device clients that never ask for a token of an app"},
	{"retired token", func(w *fixture, c *call) {
		address := tokenvault.Address{Environment: apns.Production, Device: device}
		w.vault.RetireApp(address, tokenvault.Tag(apns.HashTopic(bundleID)))
	}, apns.Unregistered, ""},

	{"expired token", func(w *fixture, c *call) {
		w.vault.ExpireApp(tokenvault.Address{Environment: apns.Production, Device: device}, tokenvault.Tag(apns.HashTopic(bundleID)))
	}, apns.ExpiredToken, ""},
	{"suspended team", func(w *fixture, _ *call) { require.NoError(w.t, w.auth.SuspendTeam(team)) }, apns.Forbidden, ""},

	{"no topic", func(_ *fixture, c *call) { c.drop(apns.HeaderTopic) }, apns.MissingTopic, ""},
	{"empty topic", func(_ *fixture, c *call) { c.set(apns.HeaderTopic, "") }, apns.MissingTopic, ""},
	{"topic of nobody", func(_ *fixture, c *call) { c.set(apns.HeaderTopic, "com.nobody") }, apns.TopicDisallowed, ""},
	{"topic with a stray quote", func(_ *fixture, c *call) { c.set(apns.HeaderTopic, `"`+bundleID+`"`) }, apns.TopicDisallowed, "observed: node-apn/node-apn#479, node-apn/node-apn#635"},
	{"topic with a space", func(_ *fixture, c *call) { c.set(apns.HeaderTopic, "com. example") }, apns.BadTopic, "not a topic at all"},
	{"topic of 256 bytes", func(_ *fixture, c *call) { c.set(apns.HeaderTopic, strings.Repeat("a", 256)) }, apns.BadTopic, "not a topic at all"},
	{"VoIP push, topic without suffix", func(_ *fixture, c *call) { c.set(apns.HeaderPushType, "voip") }, apns.TopicDisallowed, "our reading; no response was published"},
	{"alert push, VoIP topic", func(w *fixture, c *call) { toVoIP(w, c, "alert") }, apns.InvalidPushType, "observed: ostinelli/apnotic#87"},
	{"background push, VoIP topic", func(w *fixture, c *call) { toVoIP(w, c, "background") }, apns.InvalidPushType, "observed: sideshow/apns2#148"},
	{"Push to Talk push, VoIP topic", func(w *fixture, c *call) { toVoIP(w, c, "pushtotalk") }, apns.InvalidPushType, "any type but voip"},
	{"VoIP push, VoIP topic", func(w *fixture, c *call) { toVoIP(w, c, "voip") }, "", "observed: ostinelli/apnotic#87"},
	{"no push type, VoIP topic", func(w *fixture, c *call) {
		toVoIP(w, c, "")
		c.drop(apns.HeaderPushType)
	}, "", "observed: ostinelli/apnotic#87"},
	{"alert push, VoIP topic, token of the app", func(_ *fixture, c *call) { c.set(apns.HeaderTopic, bundleID+".voip") }, apns.DeviceTokenNotForTopic, "observed: react-native-voip-push-notification#90"},
	{"alert push, another suffix", func(w *fixture, c *call) {
		c.set(apns.HeaderTopic, bundleID+".complication").to(w.token(bundleID + ".complication"))
	}, "", "undocumented, and nobody was seen refused"},

	{"unknown push type", func(_ *fixture, c *call) { c.set(apns.HeaderPushType, "wake") }, apns.InvalidPushType, ""},
	{"empty push type", func(_ *fixture, c *call) { c.set(apns.HeaderPushType, "") }, apns.InvalidPushType, ""},
	{"push type in upper case", func(_ *fixture, c *call) { c.set(apns.HeaderPushType, "ALERT") }, apns.InvalidPushType, "the documented values are in lower case"},
	{"no push type", func(_ *fixture, c *call) { c.drop(apns.HeaderPushType) }, "", "required for watchOS only"},

	{"id in lower case", func(_ *fixture, c *call) { c.set(apns.HeaderID, "eabeae54-14a8-11e5-b60b-1697f925ec7b") }, "", ""},
	{"id in upper case", func(_ *fixture, c *call) { c.set(apns.HeaderID, "EABEAE54-14A8-11E5-B60B-1697F925EC7B") }, "", "common in the wild"},
	{"id without hyphens", func(_ *fixture, c *call) { c.set(apns.HeaderID, "eabeae5414a811e5b60b1697f925ec7b") }, apns.BadMessageId, "not 8-4-4-4-12"},
	{"id in braces", func(_ *fixture, c *call) { c.set(apns.HeaderID, "{eabeae54-14a8-11e5-b60b-1697f925ec7b}") }, apns.BadMessageId, "not 8-4-4-4-12"},
	{"id a number", func(_ *fixture, c *call) { c.set(apns.HeaderID, "1") }, apns.BadMessageId, ""},
	{"empty id", func(_ *fixture, c *call) { c.set(apns.HeaderID, "") }, apns.BadMessageId, ""},

	{"expiration 0", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "0") }, "", ""},
	{"expiration in the past", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "1") }, "", "apns2: expires immediately"},
	{"expiration in milliseconds", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "1799999999000") }, "", "beyond 30 days is capped"},
	{"negative expiration", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "-1") }, apns.BadExpirationDate, ""},
	{"expiration with a fraction", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "1.5") }, apns.BadExpirationDate, ""},
	{"expiration a date", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "2026-01-01") }, apns.BadExpirationDate, ""},
	{"empty expiration", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "") }, apns.BadExpirationDate, ""},
	{"expiration beyond numbers", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "99999999999999999999") }, apns.BadExpirationDate, ""},

	{"priority 10", func(_ *fixture, c *call) { c.set(apns.HeaderPriority, "10") }, "", ""},
	{"priority 5", func(_ *fixture, c *call) { c.set(apns.HeaderPriority, "5") }, "", ""},
	{"priority 1", func(_ *fixture, c *call) { c.set(apns.HeaderPriority, "1") }, "", ""},
	{"priority 0", func(_ *fixture, c *call) { c.set(apns.HeaderPriority, "0") }, apns.BadPriority, ""},
	{"priority high", func(_ *fixture, c *call) { c.set(apns.HeaderPriority, "high") }, apns.BadPriority, ""},
	{"background with 10", func(_ *fixture, c *call) {
		c.set(apns.HeaderPushType, "background").set(apns.HeaderPriority, "10")
	}, apns.BadPriority, "an error, says Sending notification requests to APNs"},
	{"background with 5", func(_ *fixture, c *call) {
		c.set(apns.HeaderPushType, "background").set(apns.HeaderPriority, "5")
	}, "", ""},
	{"Live Activity with 1", func(_ *fixture, c *call) {
		c.set(apns.HeaderPushType, "liveactivity").set(apns.HeaderPriority, "1")
	}, apns.BadPriority, "5 or 10, says the ActivityKit page; BadPriority is our reading"},
	{"background without priority", func(_ *fixture, c *call) { c.set(apns.HeaderPushType, "background") }, "", "nothing wrong was said"},

	{"collapse id of 64 bytes", func(_ *fixture, c *call) { c.set(apns.HeaderCollapseID, strings.Repeat("é", 32)) }, "", ""},
	{"collapse id of 65 bytes", func(_ *fixture, c *call) { c.set(apns.HeaderCollapseID, strings.Repeat("é", 32)+"x") }, apns.BadCollapseId, "64 bytes, not characters"},

	{"no payload", func(_ *fixture, c *call) { c.body = nil }, apns.PayloadEmpty, ""},
	{"empty object", func(_ *fixture, c *call) { c.body = []byte("{}") }, "", "Wallet"},
	{"not JSON", func(_ *fixture, c *call) { c.body = []byte("hello") }, "", "no reason for it is documented or observed"},
	{"4096 bytes", func(_ *fixture, c *call) { c.body = make([]byte, 4096) }, "", ""},
	{"4097 bytes", func(_ *fixture, c *call) { c.body = make([]byte, 4097) }, apns.PayloadTooLarge, ""},
	{"VoIP, 5120 bytes", func(w *fixture, c *call) { voipCall(w, c, 5120) }, "", ""},
	{"VoIP, 5121 bytes", func(w *fixture, c *call) { voipCall(w, c, 5121) }, apns.PayloadTooLarge, ""},
	{"VoIP, 5120 bytes, no push type", func(w *fixture, c *call) {
		voipCall(w, c, 5120)
		c.drop(apns.HeaderPushType)
	}, "", "providers older than push types"},
	{"very large", func(_ *fixture, c *call) { c.body = make([]byte, 16000) }, apns.PayloadTooLarge, ""},

	{"too many in a row", func(w *fixture, _ *call) { w.broker.fail(apns.Reject(apns.TooManyRequests, "slowly")) }, apns.TooManyRequests, "the broker's word"},
	{"broker at a loss", func(w *fixture, _ *call) { w.broker.fail(errors.New("disk full")) }, apns.InternalServerError, "a failure of ours"},
}

func voipCall(w *fixture, c *call, size int) {
	toVoIP(w, c, "voip")
	c.body = make([]byte, size)
}

// toVoIP addresses a call to the app's VoIP topic with the token made for it.
func toVoIP(w *fixture, c *call, pushType string) {
	topic := bundleID + ".voip"
	c.set(apns.HeaderTopic, topic).set(apns.HeaderPushType, pushType).to(w.token(topic))
}

// flip returns another hexadecimal digit.
func flip(digit byte) string {
	if digit == '0' {
		return "1"
	}
	return "0"
}

func TestEachWrongPushGetsItsReason(t *testing.T) {
	for _, tt := range rows {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t)
			c := w.good()
			if tt.wrong != nil {
				tt.wrong(w, c)
			}
			got := w.dial().send(c)
			if tt.want == "" {
				require.Equal(t, 200, got.status, "%s: %s", tt.msg, got.body)
				require.Empty(t, got.body)
				requireAccepted(t, w, c)
				return
			}
			require.Equal(t, tt.want.Status(), got.status, tt.msg)
			require.Contains(t, got.body, `{"reason":"`+string(tt.want)+`"`, tt.msg)
			requireRejected(t, w, tt.want)
		})
	}
}

// requireAccepted wants what the provider sent to have arrived at the broker.
func requireAccepted(t *testing.T, w *fixture, c *call) {
	t.Helper()
	p := w.broker.last(t)
	assert.Equal(t, device, p.To.Device)
	assert.Equal(t, apns.HashTopic(p.Topic), p.Hash)
	assert.Equal(t, c.body, p.Payload)
	assert.Equal(t, team, p.TeamID)
	events := w.journal.Read(0, 0).Events
	require.Len(t, events, 1, "the rest is the broker's to record")
	assert.Equal(t, journal.Received, events[0].Kind)
	assert.Same(t, p.Notification, events[0].Push)
	assert.Equal(t, device, events[0].Device)
}

// requireRejected wants the journal to say why.
func requireRejected(t *testing.T, w *fixture, reason apns.Reason) {
	t.Helper()
	events := w.journal.Read(0, 0).Events
	require.Len(t, events, 2)
	assert.Equal(t, journal.Received, events[0].Kind)
	assert.Equal(t, journal.Rejected, events[1].Kind)
	assert.Equal(t, string(reason), events[1].Cause)
	assert.NotEmpty(t, events[1].Detail, "the journal tells what to do about it")
	assert.Same(t, events[0].Push, events[1].Push)
}

// elsewhere are the reasons that no single push on a fresh connection can earn,
// with where they are shown or why they are not.
var elsewhere = map[apns.Reason]string{
	apns.IdleTimeout:                 "TestAnIdleConnectionGetsGoAwayWithIdleTimeout",
	apns.BadCertificate:              "TestABadCertificateIsRejectedWithItsReason",
	apns.BadCertificateEnvironment:   "TestACertificateOfTheOtherEnvironmentEndsTheConnection",
	apns.BadEnvironmentKeyIdInToken:  "TestSettingsChangeTheResponse",
	apns.UnrelatedKeyIdInToken:       "TestTheConnectionRemembersItsFirstPush",
	apns.TooManyProviderTokenUpdates: "TestTheConnectionRemembersItsFirstPush",
	apns.ServiceUnavailable:          "TestConnectionsAboveTheBusyLimitAreAnsweredServiceUnavailable",
	apns.Shutdown:                    "TestAStoppingServerRejectsFurtherRequests",
}

func TestEveryReasonForDevicePushesIsAccountedFor(t *testing.T) {
	earned := map[apns.Reason]bool{}
	for _, tt := range rows {
		earned[tt.want] = true
	}
	for _, info := range apns.Reasons() {
		if info.Scope&apns.ScopeDevice == 0 {
			continue
		}
		_, other := elsewhere[info.Reason]
		assert.NotEqual(t, earned[info.Reason], other, "%s must be in exactly one of rows and elsewhere", info.Reason)
	}
}

func TestEveryPushTypeGoesThroughWithItsSuffix(t *testing.T) {
	for _, info := range apns.PushTypes() {
		w := newFixture(t)
		topic := bundleID + info.Suffix
		c := w.good().set(apns.HeaderTopic, topic).set(apns.HeaderPushType, string(info.Type)).to(w.token(topic))
		require.Equal(t, 200, w.dial().send(c).status, info.Type)
		p := w.broker.last(t)
		require.Equal(t, info.Priorities.Highest(), p.Priority, "%s without a priority", info.Type)
	}
}

func TestEveryHeaderOfAPushReachesTheBroker(t *testing.T) {
	w := newFixture(t)
	until := w.clock.Now().Add(time.Hour).Unix()
	c := w.good().
		set(apns.HeaderID, "eabeae54-14a8-11e5-b60b-1697f925ec7b").
		set(apns.HeaderExpiration, fmt.Sprint(until)).
		set(apns.HeaderPriority, "5").
		set(apns.HeaderCollapseID, "score")
	require.Equal(t, 200, w.dial().send(c).status)
	p := w.broker.last(t)
	want := &apns.Notification{
		ID: "eabeae54-14a8-11e5-b60b-1697f925ec7b", TeamID: team, Environment: apns.Production,
		Token: p.Token, Topic: bundleID, PushType: apns.Alert, Priority: apns.PriorityConserve,
		Expiration: apns.Expiration(until), CollapseID: "score", Payload: c.body,
	}
	require.Equal(t, want, p.Notification)
	require.Equal(t, c.path, devicePath+p.Token.String())
	require.False(t, p.Base)
}

func TestABasePushIsMarked(t *testing.T) {
	w := newFixture(t)
	require.Equal(t, 200, w.dial().send(w.good().to(w.token(""))).status)
	require.True(t, w.broker.last(t).Base)
}
