package providerauth

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
// 403 Forbidden, the action is not allowed.
func TestASuspendedTeamIsForbiddenToPush(t *testing.T) {
	w := newFixture(t, Config{})
	w.addKey(Key{ID: "FOREIGNKEY", TeamID: otherTeam})
	require.NoError(t, w.reg.AddApp(otherTeam, "com.other"))
	b := w.reg.NewBinding(apns.Production)
	raw := w.token(team, keyID)
	require.NoError(t, push(b, raw, bundleID))

	require.NoError(t, w.reg.SuspendTeam(team))
	require.NoError(t, w.reg.SuspendTeam(team), "twice is once")
	require.True(t, w.reg.Suspended(team))
	requireReason(t, apns.Forbidden, push(b, raw, bundleID), "open connections are concerned as well")
	requireReason(t, apns.Forbidden, push(w.reg.NewBinding(apns.Production), w.tokenAt(team, keyID, w.clock.Now().Add(1e9)), bundleID), "new tokens too")
	requireReason(t, apns.Forbidden, w.reg.MayPush(team), "and certificates")
	requireReason(t, apns.InvalidProviderToken, push(b, "nonsense", bundleID), "only good credentials get so far")
	require.NoError(t, push(w.reg.NewBinding(apns.Production), w.token(otherTeam, "FOREIGNKEY"), "com.other"), "other teams are not concerned")
	require.NoError(t, w.reg.MayPush(otherTeam))
	require.NoError(t, w.reg.MayPush("NOBODY"))

	require.NoError(t, w.reg.ResumeTeam(team))
	require.False(t, w.reg.Suspended(team))
	require.NoError(t, push(b, raw, bundleID), "the connection goes on")
	require.ErrorContains(t, w.reg.SuspendTeam("NOBODY"), "add the team first")

	require.NoError(t, w.reg.SuspendTeam(team))
	w.reg.RemoveTeam(team)
	require.Zero(t, w.reg.suspensions.Load(), "a team that is gone is not suspended")
	require.NoError(t, w.reg.AddTeam(team))
	require.NoError(t, w.reg.MayPush(team))
}
