package sim_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

const otherTeam = "OTHERTEAM1"

func newKey(t *testing.T, team, id string) (keystore.SigningKey, providerauth.Key) {
	t.Helper()
	key, err := keystore.NewSigningKey(team, id)
	require.NoError(t, err)
	return key, key.Public()
}

func signingRequest(t *testing.T, key *ecdsa.PrivateKey) *x509.CertificateRequest {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	require.NoError(t, err)
	csr, err := x509.ParseCertificateRequest(der)
	require.NoError(t, err)
	return csr
}

// accepts reports the team for which a provider token signed with key is good.
func accepts(t *testing.T, s *sim.Simulator, key keystore.SigningKey) string {
	t.Helper()
	raw, err := providerauth.Sign(key.Private, key.KeyID, key.TeamID, time.Now())
	require.NoError(t, err)
	token, err := s.Auth.Verify(raw, apns.Production)
	require.NoError(t, err)
	return token.TeamID
}

func TestKeysOfAllTeamsAreGood(t *testing.T) {
	secrets, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	second, _ := newKey(t, sim.DefaultTeam, "SECONDKEY1")
	secrets.Keys = append(secrets.Keys, second)
	sameName, public := newKey(t, otherTeam, sim.DefaultKey)
	s, err := sim.New(sim.Config{Secrets: secrets, Keys: []providerauth.Key{public}})
	require.NoError(t, err)

	assert.Equal(t, sim.DefaultTeam, accepts(t, s, secrets.Keys[0]), "the default team's")
	assert.Equal(t, sim.DefaultTeam, accepts(t, s, second), "another of the secrets")
	assert.Equal(t, otherTeam, accepts(t, s, sameName), "one of the configuration, though two teams have the same key ID")
}

func TestAKeyMayBeGivenTwiceButNotTwoByOneName(t *testing.T) {
	secrets, err := keystore.New(pki.Options{})
	require.NoError(t, err)
	same := secrets.Keys[0].Public()
	s, err := sim.New(sim.Config{Secrets: secrets, Keys: []providerauth.Key{same}})
	require.NoError(t, err)
	assert.Equal(t, sim.DefaultTeam, accepts(t, s, secrets.Keys[0]))

	_, another := newKey(t, sim.DefaultTeam, sim.DefaultKey)
	_, err = sim.New(sim.Config{Secrets: secrets, Keys: []providerauth.Key{another}})
	assert.ErrorContains(t, err, "team SIMTEAM001 has another key SIMKEY0001 already; give this one another key ID")
}

func TestTopicsBelongToTheDefaultTeam(t *testing.T) {
	s, err := sim.New(sim.Config{Topics: []string{"com.example.one", "com.example.two"}})
	require.NoError(t, err)
	assert.Equal(t, []string{sim.DefaultTopic, "com.example.one", "com.example.two"}, s.Auth.Apps(sim.DefaultTeam))
}

func TestAConfigurationThatCannotBeIsRefusedWithTheCulprit(t *testing.T) {
	secrets, err := keystore.New(pki.Options{ExtraNames: []string{"apns.test"}})
	require.NoError(t, err)
	_, key := newKey(t, "not a team", "KEY1234567")
	for _, tc := range []struct {
		name, want string
		cfg        sim.Config
	}{
		{"a topic that is no bundle ID", `"com example"`, sim.Config{Topics: []string{"com example"}}},
		{"a token longer than APNs makes them", "101", sim.Config{TokenLength: 101}},
		{"a team that cannot be", `"not a team"`, sim.Config{Keys: []providerauth.Key{key}}},
		{"a key that is none", "has no public key", sim.Config{Keys: []providerauth.Key{{TeamID: otherTeam, ID: "KEY1234567"}}}},
		{"a name the root may not vouch for", "apns.other", sim.Config{Secrets: secrets, Names: []string{"apns.other"}}},
		{"a name that is none", `"https://apns"`, sim.Config{Names: []string{"https://apns"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := sim.New(tc.cfg)
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

func TestFurtherNamesAreInTheServerCertificate(t *testing.T) {
	s := start(t, sim.Config{Names: []string{"apns.test"}})
	assert.NoError(t, presented(t, s).VerifyHostname("apns.test"))
}

func TestActivationGivesACertificateAndRegistersTheApps(t *testing.T) {
	s, err := sim.New(sim.Config{})
	require.NoError(t, err)
	key, err := pki.NewKey()
	require.NoError(t, err)
	chain, err := s.DeviceControl.Activate(signingRequest(t, key), []string{"com.example.app", sim.DefaultTopic}, "")
	require.NoError(t, err)

	require.Len(t, chain, 2, "leaf and issuer")
	leaf, err := x509.ParseCertificate(chain[0])
	require.NoError(t, err)
	id, err := s.Secrets.PKI.VerifyDevice([]*x509.Certificate{leaf}, time.Now())
	require.NoError(t, err)
	assert.True(t, key.PublicKey.Equal(id.PublicKey))
	assert.Equal(t, s.Secrets.PKI.DeviceCA.Certificate.Raw, chain[1])
	assert.True(t, s.Auth.TopicAllowed(sim.DefaultTeam, "com.example.app"), "no team is the default team")

	_, err = s.DeviceControl.Activate(signingRequest(t, key), []string{"com.example.app"}, sim.DefaultTeam)
	assert.NoError(t, err, "an app may be run again")
}

func TestActivationRefusesWhatBelongsToOthers(t *testing.T) {
	_, key := newKey(t, otherTeam, "KEY1234567")
	s, err := sim.New(sim.Config{Keys: []providerauth.Key{key}})
	require.NoError(t, err)
	private, err := pki.NewKey()
	require.NoError(t, err)
	for _, tc := range []struct{ name, topic, team, want string }{
		{"an app of another team, with its owner", sim.DefaultTopic, otherTeam, "team SIMTEAM001"},
		{"an unknown team", "com.example.new", "NOBODY0001", `there is no such team: "NOBODY0001"`},
		{"no bundle ID", "com example", "", `"com example"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := s.DeviceControl.Activate(signingRequest(t, private), []string{tc.topic}, tc.team)
			assert.ErrorContains(t, err, tc.want)
		})
	}
	assert.Empty(t, s.Auth.Apps(otherTeam))
}
