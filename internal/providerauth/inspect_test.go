package providerauth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

func TestInspectReportsTheSignatureApartFromOtherRules(t *testing.T) {
	w := newFixture(t, Config{})
	w.addKey(Key{ID: "SANDBOXKEY", TeamID: team, Environments: []apns.Environment{apns.Sandbox}})
	w.addKey(Key{ID: "REVOKED001", TeamID: team})
	good, revoked := w.token(team, keyID), w.token(team, "REVOKED001")
	require.NoError(t, w.reg.RemoveKey(team, "REVOKED001"))
	der := writer{header: header(), claims: claims(fmt.Sprint(w.clock.Now().Unix())), der: true}.write(t, w.keys[keyID])
	other := newFixture(t, Config{})
	strict := New(Config{Strict: true, Clock: w.clock})
	require.NoError(t, strict.AddTeam(team))
	require.NoError(t, strict.AddKey(Key{ID: keyID, TeamID: team, Public: &w.keys[keyID].PublicKey}))
	for _, row := range []struct {
		what, token string
		reg         *Registry
		signature   Signature
		want        apns.Reason
	}{
		{"good", good, w.reg, SignatureGood, ""},
		{"good, again", good, w.reg, SignatureGood, ""},
		{"old", w.tokenAt(team, keyID, w.clock.Now().Add(-2*time.Hour)), w.reg, SignatureGood, apns.ExpiredProviderToken},
		{"of the other environment", w.token(team, "SANDBOXKEY"), w.reg, SignatureGood, apns.BadEnvironmentKeyInToken},
		{"by another key of that ID", other.token(team, keyID), w.reg, SignatureBad, apns.InvalidProviderToken},
		{"by a key that is not known", revoked, w.reg, SignatureUnchecked, apns.InvalidProviderToken},
		{"cut", good[:strings.LastIndexByte(good, '.')], w.reg, SignatureUnchecked, apns.InvalidProviderToken},
		{"none", "", w.reg, SignatureUnchecked, apns.MissingProviderToken},
		{"DER", der, w.reg, SignatureGood, ""},
		{"DER, where the standard counts", der, strict, SignatureGood, apns.InvalidProviderToken},
	} {
		t.Run(row.what, func(t *testing.T) {
			signature, rejection := row.reg.Inspect("bearer "+row.token, apns.Production)
			require.Equal(t, row.signature, signature)
			if row.want == "" {
				require.Nil(t, rejection)
				return
			}
			require.NotNil(t, rejection)
			require.Equal(t, row.want, rejection.Reason, rejection.Detail)
		})
	}
}
