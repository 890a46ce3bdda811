package sim_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// reopened is a simulator over a directory of secrets, as after a restart.
func reopened(t *testing.T, dir string, cfg sim.Config) (*sim.Simulator, error) {
	t.Helper()
	var err error
	cfg.Secrets, err = keystore.Load(dir)
	require.NoError(t, err)
	return sim.New(cfg)
}

func TestAppsOfActivatedDevicesOutliveARestart(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	_, guest := newKey(t, otherTeam, "KEY1234567")
	cfg := sim.Config{Keys: []providerauth.Key{guest}}
	s, err := reopened(t, dir, cfg)
	require.NoError(t, err)
	key, err := pki.NewKey()
	require.NoError(t, err)
	for _, app := range []struct{ topic, team string }{
		{"com.example.one", ""}, {"com.example.two", ""}, {"com.example.one", ""}, {sim.DefaultTopic, ""}, {"com.other.app", otherTeam},
	} {
		_, err := s.DeviceControl.Activate(signingRequest(t, key), []string{app.topic}, app.team)
		require.NoError(t, err)
	}

	again, err := reopened(t, dir, cfg)
	require.NoError(t, err)
	assert.Equal(t, s.Auth.Apps(sim.DefaultTeam), again.Auth.Apps(sim.DefaultTeam))
	assert.Equal(t, []string{"com.other.app"}, again.Auth.Apps(otherTeam))
	list, err := os.ReadFile(filepath.Join(keystore.KeyFolder(dir, sim.DefaultTeam), "topics"))
	require.NoError(t, err)
	assert.Equal(t, "com.example.one\ncom.example.two\n", string(list), "each once, and not those that are there anyway")
}

func TestAppsAreForgottenWithoutADirectory(t *testing.T) {
	secrets, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	for range 2 {
		s, err := sim.New(sim.Config{Secrets: secrets})
		require.NoError(t, err)
		assert.Equal(t, []string{sim.DefaultTopic}, s.Auth.Apps(sim.DefaultTeam))
		activate(t, s, "com.example.one")
	}
}

func TestAListOfAppsThatCannotBeReadStopsTheSimulator(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	list := filepath.Join(keystore.KeyFolder(dir, sim.DefaultTeam), "topics")
	require.NoError(t, os.WriteFile(list, []byte("com.example.one\nno/topic\n"), 0o600))
	_, err := reopened(t, dir, sim.Config{})
	require.ErrorContains(t, err, list)
	assert.ErrorContains(t, err, `"no/topic"`)

	require.NoError(t, os.Remove(list))
	require.NoError(t, os.Mkdir(list, 0o700))
	_, err = reopened(t, dir, sim.Config{})
	assert.ErrorContains(t, err, list)
}

// A mounted secret is read-only.
func TestAppsStayInMemoryWhereTheDirectoryCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	var log strings.Builder
	s, err := reopened(t, dir, sim.Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(filepath.Join(keystore.KeyFolder(dir, sim.DefaultTeam), "topics"), 0o700)) // the mode would not keep root out
	for _, topic := range []string{"com.example.one", "com.example.two"} {
		activate(t, s, topic)
		assert.True(t, s.Auth.TopicAllowed(sim.DefaultTeam, topic))
	}
	assert.Equal(t, 1, strings.Count(log.String(), "level=WARN"), log.String())
	assert.Contains(t, log.String(), "stay in memory")
}

func TestDevicesMayNameTheTopicsOfEveryAppBySaltedHashes(t *testing.T) {
	s, err := sim.New(sim.Config{Topics: []string{"com.example.one"}})
	require.NoError(t, err)
	require.NoError(t, s.Auth.AddTeam(otherTeam))
	require.NoError(t, s.Auth.AddApp(otherTeam, "com.other"))
	known := s.TeamControl.Topics()
	for _, topic := range []string{
		sim.DefaultTopic, "com.example.one", "com.example.one.voip", "com.other", "com.other.push-type.liveactivity",
	} {
		assert.Contains(t, known, topic)
	}
	assert.NotContains(t, known, "com.example.unknown")
}

// With a directory, keys and apps are after a restart as they were left,
// what was made and what was taken away. Spaces are not kept.
func TestKeysAndAppsAreAfterARestartAsTheyWereLeft(t *testing.T) {
	dir := t.TempDir()
	saved(t, dir)
	s, err := reopened(t, dir, sim.Config{})
	require.NoError(t, err)
	_, err = s.TeamControl.AddKey(sim.DefaultTeam, controlapi.Key{ID: "KEPT000001", Environments: []string{"sandbox"}, Topics: []string{"com.example.one"}})
	require.NoError(t, err)
	_, err = s.TeamControl.AddKey(sim.DefaultTeam, controlapi.Key{ID: "REVOKED001"})
	require.NoError(t, err)
	require.NoError(t, s.TeamControl.AddApp("", "com.example.one"))
	require.NoError(t, s.TeamControl.AddApp("", "com.example.two"))
	require.NoError(t, s.TeamControl.RevokeKey(sim.DefaultTeam, "REVOKED001"))
	require.NoError(t, s.TeamControl.RevokeKey(sim.DefaultTeam, sim.DefaultKey))
	require.NoError(t, s.TeamControl.RemoveApp("", "com.example.two"))
	in, err := s.Spaces.Open("TEAM000001")
	require.NoError(t, err)
	require.NoError(t, s.Auth.AddTeam("TEAM000001"))
	_, err = s.TeamControl.AddKey(in.Team(), controlapi.Key{})
	require.NoError(t, err)
	require.NoError(t, s.TeamControl.AddApp(in.Team(), "com.example.one"))

	again, err := reopened(t, dir, sim.Config{})
	require.NoError(t, err)
	team, err := again.TeamControl.GetTeam("")
	require.NoError(t, err)
	assert.Equal(t, []string{sim.DefaultTopic, "com.example.one"}, team.Apps)
	require.Len(t, team.Keys, 2)
	assert.Equal(t, sim.DefaultKey, team.Keys[1].ID, "the simulator needs it")
	assert.Equal(t, controlapi.Key{ID: "KEPT000001", Environments: []string{"sandbox"}, Topics: []string{"com.example.one"}}, team.Keys[0])
	assert.Equal(t, []string{sim.DefaultTeam}, again.Auth.Teams())
}

func TestADeletedTeamIsUnknownAfterARestart(t *testing.T) {
	dir := t.TempDir()
	secrets := saved(t, dir)
	key, _ := newKey(t, otherTeam, "OTHERKEY01")
	secrets.Keys = append(secrets.Keys, key)
	require.NoError(t, secrets.Save(dir))
	s, err := reopened(t, dir, sim.Config{})
	require.NoError(t, err)
	require.NoError(t, s.TeamControl.AddApp(otherTeam, "com.example.other"))
	require.NoError(t, s.SpaceControl.DeleteTeam(otherTeam))
	again, err := reopened(t, dir, sim.Config{})
	require.NoError(t, err)
	assert.Equal(t, []string{sim.DefaultTeam}, again.Auth.Teams())
}
