package providerauth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// push presents a token for a topic on a connection.
func push(b *Binding, raw, topic string) error {
	token, err := b.Verify("bearer " + raw)
	if err != nil {
		return err
	}
	if err := b.Admit(token); err != nil {
		return err
	}
	_, err = b.Topic(token, topic)
	return err
}

// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns;
// another team is observed: jchambers/pushy#437, AndrewBarba/apns2#90.
func TestTheFirstPushBindsTheConnection(t *testing.T) {
	w := newFixture(t, Config{})
	for _, k := range []Key{
		{ID: "SECONDTEAM", TeamID: team},
		{ID: "SANDBOXKEY", TeamID: team, Environments: []apns.Environment{apns.Sandbox}},
		{ID: "TOPICKEY01", TeamID: team, Topics: []string{bundleID}, Related: "TOPICKEY02"},
		{ID: "TOPICKEY02", TeamID: team, Topics: []string{"com.example.second"}},
		{ID: "TOPICKEY03", TeamID: team, Topics: []string{bundleID}},
		{ID: "FOREIGNKEY", TeamID: otherTeam},
	} {
		w.addKey(k)
	}
	require.NoError(t, w.reg.AddApp(team, "com.example.second"))
	require.NoError(t, w.reg.AddApp(otherTeam, "com.other"))

	for _, tt := range []struct {
		what, first, then, topic string
		want                     apns.Reason // "" is accepted
	}{
		{"team key, then another team", keyID, "FOREIGNKEY", "com.other", apns.InvalidProviderToken},
		{"topic key, then another team", "TOPICKEY01", "FOREIGNKEY", "com.other", apns.InvalidProviderToken},
		{"team key, then another of the team", keyID, "SECONDTEAM", bundleID, ""},
		{"team key, then a topic key", keyID, "TOPICKEY01", bundleID, apns.UnrelatedKeyIdInToken},
		{"team key, then one of the other environment", keyID, "SANDBOXKEY", bundleID, apns.BadEnvironmentKeyInToken},
		{"topic key, then the team's", "TOPICKEY01", keyID, bundleID, apns.UnrelatedKeyIdInToken},
		{"topic key, then an unrelated one", "TOPICKEY01", "TOPICKEY03", bundleID, apns.UnrelatedKeyIdInToken},
		{"topic key, then its related one", "TOPICKEY01", "TOPICKEY02", "com.example.second", ""},
		{"the relation holds both ways", "TOPICKEY02", "TOPICKEY01", bundleID, ""},
		{"a related key has its own topics", "TOPICKEY01", "TOPICKEY02", bundleID, apns.TopicDisallowed},
		{"topic key, then a topic it has not", "TOPICKEY01", "TOPICKEY01", "com.example.second", apns.TopicDisallowed},
		{"a bundle ID covers its suffixes", "TOPICKEY01", "TOPICKEY01", bundleID + ".voip", ""},
		{"topic of another team", keyID, keyID, "com.other", apns.TopicDisallowed},
		{"topic of nobody", keyID, keyID, "com.nobody", apns.TopicDisallowed},
	} {
		t.Run(tt.what, func(t *testing.T) {
			b := w.reg.NewBinding(apns.Production)
			token, err := b.Verify("bearer " + w.token(team, tt.first))
			require.NoError(t, err)
			require.False(t, b.Bound())
			require.NoError(t, b.Admit(token))
			require.True(t, b.Bound())

			owner := team
			if tt.then == "FOREIGNKEY" {
				owner = otherTeam
			}
			err = push(b, w.token(owner, tt.then), tt.topic)
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			requireReason(t, tt.want, err, tt.what)
		})
	}
}

func TestRelatedKeysMayAlternate(t *testing.T) {
	w := newFixture(t, Config{})
	w.addKey(Key{ID: "TOPICKEY01", TeamID: team, Topics: []string{bundleID}, Related: "TOPICKEY02"})
	w.addKey(Key{ID: "TOPICKEY02", TeamID: team, Topics: []string{bundleID}})
	b := w.reg.NewBinding(apns.Production)
	one, two := w.token(team, "TOPICKEY01"), w.token(team, "TOPICKEY02")
	for range 3 {
		require.NoError(t, push(b, one, bundleID))
		require.NoError(t, push(b, two, bundleID), "a key and its related key are no update of each other")
	}
	require.NoError(t, push(b, w.tokenAt(team, "TOPICKEY02", w.clock.Now().Add(time.Minute)), bundleID))
	requireReason(t, apns.TooManyProviderTokenUpdates, push(b, two, bundleID), "each of the two has its own count")
}

// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
// topics added to the team after the connection was made are an error until the provider
// reconnects.
func TestATopicAddedLaterNeedsANewConnection(t *testing.T) {
	for _, late := range []bool{false, true} {
		w := newFixture(t, Config{LateTopics: late})
		raw := w.token(team, keyID)
		b := w.reg.NewBinding(apns.Production)
		require.NoError(t, push(b, raw, bundleID))
		require.NoError(t, w.reg.AddApp(team, "com.example.new"))
		if late {
			require.NoError(t, push(b, raw, "com.example.new"), "the setting allows it")
		} else {
			r := requireReason(t, apns.TopicDisallowed, push(b, raw, "com.example.new"), "the connection is older than the topic")
			require.Contains(t, r.Detail, "open a new connection")
		}
		require.NoError(t, push(b, raw, bundleID))
		require.NoError(t, push(w.reg.NewBinding(apns.Production), raw, "com.example.new"), "a new connection may")
	}
}

func TestARemovedTopicIsRejectedAtOnce(t *testing.T) {
	w := newFixture(t, Config{})
	raw := w.token(team, keyID)
	b := w.reg.NewBinding(apns.Production)
	require.NoError(t, push(b, raw, bundleID))
	require.NoError(t, push(b, raw, bundleID))
	require.True(t, w.reg.RemoveApp(team, bundleID))
	requireReason(t, apns.TopicDisallowed, push(b, raw, bundleID), "the connection must not remember it")
}

func TestAuthorizationIsBearerAndAToken(t *testing.T) {
	for _, tt := range []struct{ value, want, msg string }{
		{"bearer abc", "abc", "as Apple writes it"},
		{"Bearer abc", "abc", "a2"},
		{"BEARER  abc ", "abc", "RFC 9110, 11.1: the scheme has no case"},
		{"", "", "no header"},
		{"bearer", "", "no token"},
		{"bearer ", "", "no token"},
		{"bearerabc", "", "no space"},
		{"basic abc", "", "another scheme"},
		{"abc", "", "no scheme"},
	} {
		got, err := ParseAuthorization(tt.value)
		require.Equal(t, tt.want, got, tt.msg)
		if tt.want == "" {
			requireReason(t, apns.MissingProviderToken, err, tt.msg)
		} else {
			require.NoError(t, err, tt.msg)
		}
	}
}
