package providerauth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

func TestAnAppBringsItsTopics(t *testing.T) {
	w := newFixture(t, Config{})
	for _, info := range apns.PushTypes() {
		topic := w.reg.Lookup(team, bundleID+info.Suffix)
		require.NotNil(t, topic, info.Type)
		require.Equal(t, apns.HashTopic(bundleID+info.Suffix), topic.Hash)
		require.Equal(t, bundleID, topic.BundleID)
		require.True(t, w.reg.TopicAllowed(team, topic.Name))
		require.False(t, w.reg.TopicAllowed(otherTeam, topic.Name))
	}
	require.Nil(t, w.reg.Lookup(team, bundleID+".other"))
}

func TestAnAppBelongsToOneTeam(t *testing.T) {
	w := newFixture(t, Config{})
	require.NoError(t, w.reg.AddTeam(otherTeam))
	require.NoError(t, w.reg.AddApp(team, bundleID), "again for its own team")

	err := w.reg.AddApp(otherTeam, bundleID)
	require.ErrorContains(t, err, team, "the error names the owner")
	require.Error(t, w.reg.AddApp(otherTeam, bundleID+".voip"), "the owner's VoIP topic is no app of another team")
	require.Equal(t, []string{bundleID}, w.reg.Apps(team))
	require.Empty(t, w.reg.Apps(otherTeam))

	require.True(t, w.reg.RemoveApp(team, bundleID))
	require.False(t, w.reg.RemoveApp(team, bundleID))
	require.NoError(t, w.reg.AddApp(otherTeam, bundleID), "a transfer")
	require.True(t, w.reg.TopicAllowed(otherTeam, bundleID+".voip"))
}

func TestRemovingAnAppKeepsTheTopicsOfItsNeighbour(t *testing.T) {
	w := newFixture(t, Config{})
	require.NoError(t, w.reg.AddApp(team, bundleID+".watch"))
	require.True(t, w.reg.RemoveApp(team, bundleID+".watch"))
	require.True(t, w.reg.TopicAllowed(team, bundleID+".voip"))
	require.False(t, w.reg.TopicAllowed(team, bundleID+".watch"))
}

func TestATeamGoesWithItsKeysAndApps(t *testing.T) {
	w := newFixture(t, Config{})
	raw := w.token(team, keyID)
	_, err := w.reg.Verify(raw, apns.Production)
	require.NoError(t, err)
	w.reg.RemoveTeam(team)
	require.Empty(t, w.reg.Teams())
	require.False(t, w.reg.HasTeam(team))
	require.Empty(t, w.reg.Keys(team))
	require.Nil(t, w.reg.Lookup(team, bundleID))
	_, err = w.reg.Verify(raw, apns.Production)
	requireReason(t, apns.InvalidProviderToken, err, "the team is gone")
}

func TestBadRegistrationsSayWhatIsWrong(t *testing.T) {
	w := newFixture(t, Config{})
	p256 := &w.keys[keyID].PublicKey
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	for _, tt := range []struct {
		what string
		err  error
		want string
	}{
		{"empty team", w.reg.AddTeam(""), "team ID"},
		{"team with a space", w.reg.AddTeam("A B"), "team ID"},
		{"empty key ID", w.reg.AddKey(Key{TeamID: team, Public: p256}), "key ID"},
		{"key of nobody", w.reg.AddKey(Key{ID: "K", TeamID: "NOBODY", Public: p256}), "add the team first"},
		{"key without a key", w.reg.AddKey(Key{ID: "K", TeamID: team}), "no public key"},
		{"key on another curve", w.reg.AddKey(Key{ID: "K", TeamID: team, Public: &p384.PublicKey}), "P-256"},
		{"team-scoped key with a relation", w.reg.AddKey(Key{ID: "K", TeamID: team, Public: p256, Related: "L"}), "team-scoped"},
		{"key related to itself", w.reg.AddKey(Key{ID: "K", TeamID: team, Public: p256, Topics: []string{"a"}, Related: "K"}), "its own related key"},
		{"app of nobody", w.reg.AddApp("NOBODY", "a.b"), "add the team first"},
		{"app with a slash", w.reg.AddApp(team, "a/b"), "bundle ID"},
	} {
		require.ErrorContains(t, tt.err, tt.want, tt.what)
	}
}

func TestKeysAreListedAsTheyWereAdded(t *testing.T) {
	w := newFixture(t, Config{})
	w.addKey(Key{ID: "AKEY000000", TeamID: team, Topics: []string{bundleID}, Environments: []apns.Environment{apns.Sandbox}})
	keys := w.reg.Keys(team)
	require.Len(t, keys, 2)
	require.Equal(t, "AKEY000000", keys[0].ID, "in order")
	require.False(t, keys[0].TeamScoped())
	require.True(t, keys[1].TeamScoped())
	keys[0].Topics[0] = "changed"
	require.Equal(t, bundleID, w.reg.Keys(team)[0].Topics[0], "a caller gets a copy")
}

func TestEveryToleranceIsExplained(t *testing.T) {
	var all tolerance
	for _, row := range tolerances {
		require.NotZero(t, row.bit)
		require.Zero(t, all&row.bit, "two rows for one bit")
		require.NotEmpty(t, row.Note)
		require.NotEmpty(t, row.Clients)
		all |= row.bit
	}
	require.Equal(t, jsonSpace<<1-1, all, "one row for each bit")
}
