package provider

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// Requests that are wrong in several ways, and what APNs was seen to answer.
func TestReasonsTakePrecedenceAsObserved(t *testing.T) {
	w := newFixture(t)
	w.addKey(providerKey("OTHERKEY01"))
	unregistered := w.bearer(team, "OTHERKEY01")
	require.NoError(t, w.auth.RemoveKey(team, "OTHERKEY01"))
	ln := w.serve()
	for _, tt := range []struct {
		what string
		call *call
		want apns.Reason
		msg  string
	}{
		{
			"GET /3/device/ without credentials", &call{method: "GET", path: "/3/device/"}, apns.MethodNotAllowed,
			"observed 2019 and 2026: the method before credentials and token presence",
		},
		{
			"POST without credentials, four digits, no topic", &call{method: "POST", path: "/3/device/abcd", body: []byte("{}")}, apns.MissingProviderToken,
			"observed: uniqush-push live probe, credentials before token and topic",
		},
		{
			"POST without credentials, four digits, topic", (&call{method: "POST", path: "/3/device/abcd", body: []byte("{}")}).add(apns.HeaderTopic, bundleID), apns.MissingProviderToken,
			"observed: uniqush-push live probe",
		},
		{
			"unregistered key, 64 zeros", w.good().set(apns.HeaderAuthorization, unregistered).to(zeros), apns.InvalidProviderToken,
			"observed: probe of September 2026",
		},
		{
			"good token, no device token", w.good().to(""), apns.MissingDeviceToken,
			"observed: tutorial of 2026",
		},
		{
			"good token, 64 zeros, a topic of nobody", w.good().to(zeros).set(apns.HeaderTopic, "com.nobody"), apns.BadDeviceToken,
			"observed: tutorial of 2026, the device token before the right to the topic",
		},
	} {
		t.Run(tt.what, func(t *testing.T) {
			got := w.dialTLS(ln, clientTLS()).send(tt.call)
			require.Equal(t, fmt.Sprintf(`{"reason":%q}`, tt.want), got.body, tt.msg)
			require.Equal(t, tt.want.Status(), got.status)
			require.NotEmpty(t, got.get(apns.HeaderID), "every refusal has an apns-id")
		})
	}

	t.Run("certificate, no device token, no topic, no JSON", func(t *testing.T) {
		c := w.dialTLS(ln, w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team}))
		got := c.send(&call{method: "POST", path: "/3/device/", body: []byte("no JSON")})
		require.Equal(t, `{"reason":"MissingDeviceToken"}`, got.body, "observed: netty, token presence before topic and body")
	})
}

// mistakes has one mistake for each check, in the order of the checks.
var mistakes = []struct {
	check string
	make  func(w *fixture, c *call)
	want  apns.Reason
}{
	{"availability", func(w *fixture, _ *call) { require.NoError(w.t, w.server.SetAvailability(apns.ServiceUnavailable)) }, apns.ServiceUnavailable},
	{"path", func(_ *fixture, c *call) { c.path = "/" }, apns.BadPath},
	{"method", func(_ *fixture, c *call) { c.method = "GET" }, apns.MethodNotAllowed},
	{"duplicate headers", func(_ *fixture, c *call) { c.add(apns.HeaderPriority, "5").add(apns.HeaderPriority, "5") }, apns.DuplicateHeaders},
	{"credentials", func(_ *fixture, c *call) { c.drop(apns.HeaderAuthorization) }, apns.MissingProviderToken},
	{"connection", func(w *fixture, c *call) { c.set(apns.HeaderAuthorization, w.bearer(otherTeam, "FOREIGNKEY")) }, apns.InvalidProviderToken},
	{"device token present", func(_ *fixture, c *call) { c.to("") }, apns.MissingDeviceToken},
	{"apns-id", func(_ *fixture, c *call) { c.set(apns.HeaderID, "x") }, apns.BadMessageId},
	{"apns-expiration", func(_ *fixture, c *call) { c.set(apns.HeaderExpiration, "x") }, apns.BadExpirationDate},
	{"apns-priority", func(_ *fixture, c *call) { c.set(apns.HeaderPriority, "x") }, apns.BadPriority},
	{"apns-collapse-id", func(_ *fixture, c *call) { c.set(apns.HeaderCollapseID, zeros+"x") }, apns.BadCollapseId},
	{"apns-push-type", func(_ *fixture, c *call) { c.set(apns.HeaderPushType, "x") }, apns.InvalidPushType},
	{"priority of the push type", func(_ *fixture, c *call) {
		c.set(apns.HeaderPushType, "background").set(apns.HeaderPriority, "10")
	}, apns.BadPriority},
	{"payload", func(_ *fixture, c *call) { c.body = nil }, apns.PayloadEmpty},
	{"reserved device token", func(_ *fixture, c *call) { c.to(reservedFor("InternalServerError")) }, apns.InternalServerError},
	{"device token", func(_ *fixture, c *call) { c.to(zeros) }, apns.BadDeviceToken},
	{"topic present", func(_ *fixture, c *call) { c.drop(apns.HeaderTopic) }, apns.MissingTopic},
	{"topic", func(_ *fixture, c *call) { c.set(apns.HeaderTopic, "com.nobody") }, apns.TopicDisallowed},
	{"topic of the push type", func(_ *fixture, c *call) { c.set(apns.HeaderPushType, "voip") }, apns.TopicDisallowed},
	{"topic of the device token", func(_ *fixture, c *call) { c.set(apns.HeaderTopic, bundleID+".complication") }, apns.DeviceTokenNotForTopic},
	{"push type of the topic", func(w *fixture, c *call) { toVoIP(w, c, "alert") }, apns.InvalidPushType},
	{"registration", func(w *fixture, _ *call) {
		w.vault.RetireApp(tokenvault.Address{Environment: apns.Production, Device: device}, tokenvault.Tag(apns.HashTopic(bundleID)))
	}, apns.Unregistered},
	{"burst", func(*fixture, *call) {}, apns.TooManyRequests}, // the second push of the test
}

const otherTeam = "TEAM000002"

// The list of checks is the precedence: a request gets worse from the last check
// to the first, and each time the earlier check decides.
func TestTheListOfChecksIsThePrecedence(t *testing.T) {
	w := newFixture(t)
	w.addKey(foreignKey())
	w.cfg.BurstLimit = 1
	server, err := New(w.cfg)
	require.NoError(t, err)
	w.server = server
	require.Len(t, mistakes, len(pushChecks), "one mistake for each check")

	c := server.newConn(noTLS)
	c.start("")
	request := w.good()
	require.Nil(t, runChecks(c, request))
	for i, m := range slices.Backward(mistakes) {

		require.Equal(t, pushChecks[i].name, m.check)
		m.make(w, request)
		rejection := runChecks(c, request)
		require.NotNil(t, rejection, m.check)
		require.Equal(t, m.want, rejection.Reason, "%s: %s", m.check, rejection.Detail)
	}
}
