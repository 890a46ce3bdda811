package sim_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	providerapi "github.com/apns-sim/apns-sim/internal/provider"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// nobody is a device token that was made nowhere.
var nobody = apns.DeviceToken(make([]byte, 32))

func TestTheRulesReachTheProviderAPIOfBothEnvironments(t *testing.T) {
	for _, tc := range []struct {
		name   string
		cfg    sim.Config
		status int
		want   string
	}{
		{"none", sim.Config{}, 400, "BadDeviceToken"},
		{"an outage", sim.Config{Outage: apns.ServiceUnavailable}, 503, "ServiceUnavailable"},
		{"a suspended team", sim.Config{SuspendedTeams: []string{sim.DefaultTeam}}, 403, "Forbidden"},
		{"an age for provider tokens", sim.Config{Auth: providerauth.Config{MaxAge: 1}}, 403, "ExpiredProviderToken"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := start(t, tc.cfg)
			for _, api := range []string{s.Info().Provider, s.Info().ProviderSandbox} {
				status, body := post(t, s, api, nobody, []byte(`{}`), map[string]string{apns.HeaderTopic: sim.DefaultTopic})
				assert.Equal(t, tc.status, status)
				assert.Equal(t, `{"reason":"`+tc.want+`"}`, body)
			}
		})
	}
}

func TestTheProvidersRulesDoNotReplaceItsParts(t *testing.T) {
	other, err := sim.New(sim.Config{})
	require.NoError(t, err)
	s := start(t, sim.Config{Provider: providerapi.Config{
		Environment: apns.Sandbox, Auth: other.Auth, Vault: other.Vault, Broker: other.Broker, AnyPriority: true,
	}})
	p := switchOn(t, s, sim.DefaultTopic)
	headers := map[string]string{apns.HeaderTopic: sim.DefaultTopic, apns.HeaderPushType: "background", apns.HeaderPriority: "10"}
	token, err := p.Token(withTimeout(t), sim.DefaultTopic)
	require.NoError(t, err)
	push(t, s, token, []byte(`{}`), headers)
}

func TestARestrictedKeyIsGoodForWhatItIsFor(t *testing.T) {
	_, inSandbox := newKey(t, otherTeam, "SANDBOXKEY")
	inSandbox.Environments = []apns.Environment{apns.Sandbox}
	_, ofTopic := newKey(t, otherTeam, "TOPICKEY01")
	ofTopic.Topics, ofTopic.Related = []string{"com.other"}, "TOPICKEY02"
	s, err := sim.New(sim.Config{Keys: []providerauth.Key{inSandbox, ofTopic}})
	require.NoError(t, err)
	assert.Equal(t, []providerauth.Key{inSandbox, ofTopic}, s.Auth.Keys(otherTeam))
}

func TestRulesThatCannotBeAreRefused(t *testing.T) {
	_, err := sim.New(sim.Config{Outage: apns.BadTopic})
	assert.ErrorContains(t, err, "a server cannot be BadTopic; use ServiceUnavailable, InternalServerError, Shutdown")
	_, err = sim.New(sim.Config{SuspendedTeams: []string{"NOBODY0001"}})
	assert.ErrorContains(t, err, `team "NOBODY0001" is not known`)
}
