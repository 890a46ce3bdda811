package providerauth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/space"
)

// withSpace is a fixture with a second team, which has a space of its own and the
// same app.
func withSpace(t *testing.T) (*fixture, *space.Registry) {
	t.Helper()
	spaces := space.New(nil)
	_, err := spaces.Open(otherTeam)
	require.NoError(t, err)
	w := newFixture(t, Config{Spaces: spaces})
	w.addKey(Key{ID: "KEY0000002", TeamID: otherTeam})
	require.NoError(t, w.reg.AddApp(otherTeam, bundleID))
	return w, spaces
}

func TestInASpaceABundleIDIsAnotherApp(t *testing.T) {
	w, spaces := withSpace(t)
	mine, theirs := w.reg.Lookup(team, bundleID), w.reg.Lookup(otherTeam, bundleID)
	require.Equal(t, team, mine.TeamID)
	require.Nil(t, mine.Space)
	require.Equal(t, otherTeam, theirs.TeamID)
	require.Same(t, spaces.ForTeam(otherTeam), theirs.Space)

	require.NoError(t, w.reg.SetBroadcast(otherTeam, bundleID, false))
	require.True(t, w.reg.MayBroadcast(team, bundleID))
	require.False(t, w.reg.MayBroadcast(otherTeam, bundleID))

	require.NoError(t, w.reg.AddApp(otherTeam, "com.example.only"))
	require.Nil(t, w.reg.Lookup(team, "com.example.only"))
	b := w.reg.NewBinding(apns.Production)
	token, err := b.Verify("bearer " + w.token(team, keyID))
	require.NoError(t, err)
	require.NoError(t, b.Admit(token))
	_, err = b.Topic(token, "com.example.only")
	requireReason(t, apns.TopicDisallowed, err, "what is in a space is not seen outside")

	w.reg.RemoveTeam(otherTeam)
	require.True(t, w.reg.TopicAllowed(team, bundleID), "it goes with its own app only")
	require.Nil(t, w.reg.Lookup(otherTeam, "com.example.only"))
}

func TestATokenAgesByTheClockOfItsSpace(t *testing.T) {
	w, spaces := withSpace(t)
	raw, other := w.token(team, keyID), w.token(otherTeam, "KEY0000002")
	spaces.Clock(spaces.ForTeam(otherTeam)).Advance(61 * time.Minute)
	_, err := w.reg.Verify(raw, apns.Production)
	require.NoError(t, err)
	_, err = w.reg.Verify(other, apns.Production)
	requireReason(t, apns.ExpiredProviderToken, err, "an hour has passed in the space")
}

func TestTheUpdateRuleGoesByTheClockOfTheSpace(t *testing.T) {
	w, spaces := withSpace(t)
	b := w.reg.NewBinding(apns.Production)
	use := func(minute int) error {
		token, err := b.Verify("bearer " + w.tokenAt(otherTeam, "KEY0000002", time.Now().Add(time.Duration(minute)*time.Minute)))
		require.NoError(t, err)
		return b.Admit(token)
	}
	require.NoError(t, use(0))
	require.NoError(t, use(1), "the first update")
	requireReason(t, apns.TooManyProviderTokenUpdates, use(2), "the second within 20 minutes")
	w.clock.Advance(21 * time.Minute)
	requireReason(t, apns.TooManyProviderTokenUpdates, use(2), "elsewhere time has passed")
	spaces.Clock(spaces.ForTeam(otherTeam)).Advance(21 * time.Minute)
	require.NoError(t, use(2))
}
