package teamcontrol_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/teamcontrol"
)

const topic = "com.example.app"

// newTeams returns the default team with its key and one app.
func newTeams(t *testing.T) *teamcontrol.Teams {
	t.Helper()
	secrets, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	b, err := broker.New(broker.Config{})
	require.NoError(t, err)
	teams := teamcontrol.New(teamcontrol.Parts{
		Auth: providerauth.New(providerauth.Config{}), Broker: b, Secrets: secrets, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, teams.AddPublicKey(secrets.Keys[0].Public()))
	require.NoError(t, teams.AddApp("", topic))
	return teams
}

// accepted reports whether the value of an authorization header is accepted.
func accepted(teams *teamcontrol.Teams, authorization string) bool {
	_, err := teams.Auth.NewBinding(apns.Production).Verify(authorization)
	return err == nil
}

func TestAProviderTokenIsSignedForEachTeamWithAKeyInForce(t *testing.T) {
	teams := newTeams(t)
	token, err := teams.ProviderToken("")
	require.NoError(t, err)
	assert.True(t, accepted(teams, token))

	const other = "OTHERTEAM1"
	key, err := keystore.NewSigningKey(other, "OTHERKEY01")
	require.NoError(t, err)
	require.NoError(t, teams.AddPublicKey(key.Public()), "its private half is elsewhere")
	for range 2 {
		token, err = teams.ProviderToken(other)
		require.NoError(t, err)
		assert.True(t, accepted(teams, token))
	}
	team, err := teams.GetTeam(other)
	require.NoError(t, err)
	require.Len(t, team.Keys, 2, "the one that was added, and one with which the simulator can sign")
	for _, key := range team.Keys {
		require.NoError(t, teams.RevokeKey(other, key.ID))
	}
	assert.False(t, accepted(teams, token))
	token, err = teams.ProviderToken(other)
	require.NoError(t, err)
	assert.True(t, accepted(teams, token), "a revoked key is replaced")

	_, err = teams.ProviderToken("NOSUCHTEAM")
	require.ErrorIs(t, err, controlapi.ErrNotFound)
}

// "Disabling the capability deletes all channels": "Setting up broadcast push
// notifications".
func TestAnAppThatLosesTheBroadcastCapabilityLosesItsChannels(t *testing.T) {
	teams := newTeams(t)
	app := broker.AppIn(nil, topic)
	_, err := teams.Broker.CreateChannel(apns.Sandbox, app, broker.NoStorage)
	require.NoError(t, err)
	require.NoError(t, teams.SetBroadcast(keystore.DefaultTeam, topic, false))
	require.NoError(t, teams.SetBroadcast(keystore.DefaultTeam, topic, true))
	assert.Empty(t, teams.Broker.Channels(apns.Sandbox, app), "the capability does not bring them back")
	assert.Error(t, teams.SetBroadcast(keystore.DefaultTeam, "com.example.none", false))
}
