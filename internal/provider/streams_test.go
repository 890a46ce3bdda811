package provider

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// "Establishing a token-based connection to APNs": one stream until a push with a
// valid token. observed: AndrewBarba/apns2#17, a second SETTINGS frame with 1000.
func TestATokenConnectionBeginsWithOneStream(t *testing.T) {
	w := newFixture(t)
	c := w.dial()
	require.Equal(t, []uint32{1}, c.limits)
	require.Equal(t, 403, c.send(w.good().drop(apns.HeaderAuthorization)).status)
	require.Equal(t, 403, c.send(w.good().set(apns.HeaderAuthorization, "bearer x")).status)
	require.Equal(t, []uint32{1}, c.limits, "no valid token yet")
	require.Equal(t, 400, c.send(w.good().to(zeros)).status)
	require.Equal(t, []uint32{1, 1000}, c.limits, "the token is valid although the push is not")
	require.Equal(t, 200, c.send(w.good()).status)
	require.Equal(t, []uint32{1, 1000}, c.limits, "raised once")
}

func TestTheStreamLimitsAreSettings(t *testing.T) {
	w := newFixture(t)
	w.cfg.FirstStreams, w.cfg.Streams = 3, 500
	c := w.dial()
	require.Equal(t, 200, c.send(w.good()).status)
	require.Equal(t, []uint32{3, 500}, c.limits)
}

func TestACertificateConnectionBeginsWithAThousandStreams(t *testing.T) {
	w := newFixture(t)
	c := w.dialTLS(w.serve(), w.certificateTLS(pki.ProviderRequest{Topic: bundleID, TeamID: team}))
	require.Equal(t, []uint32{1000}, c.limits, "observed: pushy#709")
	require.Equal(t, 200, c.send(w.good()).status)
	require.Equal(t, []uint32{1000}, c.limits)
}

func TestTheConnectionRemembersItsFirstPush(t *testing.T) {
	w := newFixture(t)
	w.addKey(foreignKey())
	w.addKey(providerauth.Key{ID: "TOPICKEY01", TeamID: team, Topics: []string{bundleID}})
	require.NoError(t, w.auth.AddApp(otherTeam, "com.other"))
	c := w.dial()
	first := w.good()
	require.Equal(t, 200, c.send(first).status)
	require.Equal(t, `{"reason":"InvalidProviderToken"}`, c.send(w.good().set(apns.HeaderAuthorization, w.bearer(otherTeam, "FOREIGNKEY"))).body,
		"observed: pushy#437, another team on one connection")
	require.Equal(t, `{"reason":"UnrelatedKeyIdInToken"}`, c.send(w.good().set(apns.HeaderAuthorization, w.bearer(team, "TOPICKEY01"))).body)
	second := w.good().set(apns.HeaderAuthorization, w.bearer(team, "KEY0000001"))
	require.Equal(t, 200, c.send(second).status, "one update is allowed")
	require.Equal(t, `{"reason":"TooManyProviderTokenUpdates"}`, c.send(first).body)
	w.clock.Advance(20 * time.Minute)
	require.Equal(t, 200, c.send(first).status)
}
