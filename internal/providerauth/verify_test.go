package providerauth

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// The shapes come from the sources of the clients named, or were seen on the
// wire.
func TestProviderTokensAreReadAsClientsWriteThem(t *testing.T) {
	now := time.Now().Unix()
	iat := fmt.Sprint(now)
	spaced := writer{header: "{ \"alg\": \"ES256\",\n  \"kid\": \"" + keyID + "\" }", claims: "{\n\t\"iss\": \"" + team + "\", \"iat\": " + iat + "}"}
	// Characters that need + and / in the standard alphabet, in an ignored claim.
	foreign := fmt.Sprintf(`{"iss":%q,"iat":%s,"x":"ÿþ?>~ÿÿÿ"}`, team, iat)
	require.True(t, strings.ContainsAny(base64.StdEncoding.EncodeToString([]byte(foreign)), "+/"))
	for _, tt := range []struct {
		what   string
		write  writer
		used   tolerance
		strict bool // accepted in strict mode
		source string
	}{
		{"as Apple describes it", writer{header: header(), claims: claims(iat)}, 0, true, "Establishing a token-based connection to APNs"},
		{"DER signature", writer{header: header(), claims: claims(iat), der: true}, derSignature, false, "pushy, apnotic, Apple's openssl recipe"},
		{"standard alphabet, padded", writer{header: header(), claims: foreign, encoding: base64.StdEncoding}, standardAlphabet | padding | extraClaims, false, "a2, CleverTap, dotAPNS, CorePush"},
		{"standard alphabet, bare", writer{header: header(), claims: foreign, encoding: base64.RawStdEncoding}, standardAlphabet | extraClaims, false, "apns4erl"},
		{"standard alphabet, padded, DER", writer{header: header(), claims: foreign, encoding: base64.StdEncoding, der: true}, standardAlphabet | padding | extraClaims | derSignature, false, "a2 with openssl, CleverTap"},
		{"base64url with padding", writer{header: header(), claims: claims(iat) + "  ", encoding: base64.URLEncoding}, padding | jsonSpace, false, "dotAPNS"},
		{"iat as a string", writer{header: header(), claims: claims(`"` + iat + `"`)}, issuedAtString, false, "APNSwift, kalyke"},
		{"iat as a float", writer{header: header(), claims: claims(iat + ".25")}, issuedAtFraction, true, "PyAPNs2"},
		{"iat as a whole float", writer{header: header(), claims: claims(iat + ".0")}, 0, true, "PyAPNs2"},
		{"iat as a string with a float", writer{header: header(), claims: claims(`"` + iat + `.5"`)}, issuedAtString | issuedAtFraction, false, "both of the above"},
		{"iat with an exponent", writer{header: header(), claims: claims(fmt.Sprintf("%de-1", now*10))}, 0, true, "a JSON number"},
		{"typ in the header", writer{header: `{"alg":"ES256","typ":"JWT","kid":"` + keyID + `"}`, claims: claims(iat)}, extraHeader, true, "APNSwift, jsonwebtoken"},
		{"kid and exp in the claims", writer{header: header(), claims: fmt.Sprintf(`{"iss":%q,"iat":%s,"kid":%q,"exp":1}`, team, iat, keyID)}, extraClaims, true, "APNSwift; scripts that add exp"},
		{"white space in the JSON", spaced, jsonSpace, true, "APNSwift"},
	} {
		t.Run(tt.what, func(t *testing.T) {
			w := newFixture(t, Config{})
			raw := tt.write.write(t, w.keys[keyID])
			if tt.used&padding != 0 {
				require.Contains(t, raw, "=", "the row must show padding")
			}
			got, err := w.reg.Verify(raw, apns.Production)
			require.NoError(t, err, tt.source)
			assert.Equal(t, team, got.TeamID)
			assert.Equal(t, keyID, got.KeyID)
			assert.WithinDuration(t, time.Unix(now, 0), got.IssuedAt, time.Second)
			assert.Equal(t, tt.used.notes(), got.Notes, "each tolerance leaves a note, and nothing else does")

			strict := New(Config{Strict: true})
			require.NoError(t, strict.AddTeam(team))
			require.NoError(t, strict.AddKey(Key{ID: keyID, TeamID: team, Public: &w.keys[keyID].PublicKey}))
			_, err = strict.Verify(raw, apns.Production)
			if tt.strict {
				require.NoError(t, err, "RFC 7515 and 7519 allow it")
				return
			}
			r := requireReason(t, apns.InvalidProviderToken, err, "strict mode takes what a JOSE library takes")
			for row := range tt.used.rows() {
				if !row.Standard {
					assert.Contains(t, r.Detail, row.Note, "the detail names the oddity")
				}
			}
		})
	}
}

// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
// InvalidProviderToken is for a token that is malformed or whose signature cannot be
// verified.
func TestBadProviderTokensAreRejected(t *testing.T) {
	w := newFixture(t, Config{})
	w.addKey(Key{ID: "KEYOFOTHER", TeamID: otherTeam})
	iat := fmt.Sprint(time.Now().Unix())
	regular := writer{header: header(), claims: claims(iat)}
	good := regular.write(t, w.keys[keyID])
	parts := strings.Split(good, ".")
	swapped := writer{header: `{"alg":"ES256","kid":"` + team + `"}`, claims: `{"iss":"` + keyID + `","iat":` + iat + `}`}
	with := func(header, claims string) string {
		return writer{header: header, claims: claims}.write(t, w.keys[keyID])
	}

	for _, tt := range []struct{ what, raw, detail, msg string }{
		{"nothing", "", "parts", "there is no JWT in it"},
		{"two parts", parts[0] + "." + parts[1], "2 parts", "a JWT has three"},
		{"four parts", good + ".x", "4 parts", "a JWT has three"},
		{"very long", good + strings.Repeat("A", maxToken), "bytes", "no real token is that long"},
		{"header not base64", "%%%." + parts[1] + "." + parts[2], "header: not base64", ""},
		{"header not JSON", "AAAA." + parts[1] + "." + parts[2], "header: not a JSON object", ""},
		{"header is null", with("null", claims(iat)), "alg is missing", "null is an object without members to Go"},
		{"claims not an object", with(header(), "[]"), "claims: not a JSON object", ""},
		{"signature not base64", parts[0] + "." + parts[1] + ".!!", "signature: not base64", ""},
		{"mixed alphabets", parts[0] + "." + parts[1] + ".+-", "signature: not base64", "no encoder writes both"},
		{"no alg", with(`{"kid":"`+keyID+`"}`, claims(iat)), "alg is missing", ""},
		{"alg none", writer{header: `{"alg":"none","kid":"` + keyID + `"}`, claims: claims(iat), unsigned: true}.write(t, nil), "ES256 only", "unsigned tokens are refused"},
		{"alg HS256", with(`{"alg":"HS256","kid":"`+keyID+`"}`, claims(iat)), "ES256 only", "any other algorithm is refused"},
		{"alg in lower case", with(`{"alg":"es256","kid":"`+keyID+`"}`, claims(iat)), "ES256 only", "RFC 7515, 4.1.1: case-sensitive"},
		{"member name in another case", with(`{"ALG":"ES256","kid":"`+keyID+`"}`, claims(iat)), "alg is missing", "RFC 7515, 4: names are exact"},
		{"no kid", with(`{"alg":"ES256"}`, claims(iat)), "kid is missing", ""},
		{"empty kid", with(`{"alg":"ES256","kid":""}`, claims(iat)), "kid must be", ""},
		{"kid a number", with(`{"alg":"ES256","kid":7}`, claims(iat)), "kid must be", ""},
		{"no iss", with(header(), `{"iat":`+iat+`}`), "iss is missing", ""},
		{"no iat", with(header(), `{"iss":"`+team+`"}`), "iat is missing", ""},
		{"iat null", with(header(), claims("null")), "iat is", ""},
		{"iat a word", with(header(), claims(`"now"`)), "iat is", ""},
		{"iat hexadecimal", with(header(), claims(`"0x10"`)), "iat is", "a numeric string is decimal"},
		{"iat infinite", with(header(), claims(`"1e999"`)), "iat is", ""},
		{"unknown key", with(`{"alg":"ES256","kid":"NOSUCHKEY1"}`, claims(iat)), "does not have or that was revoked", "observed: a JWT by an unregistered key"},
		{"unknown team", with(header(), `{"iss":"NOSUCHTEAM","iat":`+iat+`}`), "an unknown team", ""},
		{"key of another team", with(`{"alg":"ES256","kid":"KEYOFOTHER"}`, claims(iat)), "belongs to another team", ""},
		{"key ID and team ID swapped", swapped.write(t, w.keys[keyID]), "swap them", "observed: node-apn/node-apn#450"},
		{"signed by another key", regular.write(t, w.keys["KEYOFOTHER"]), "signature does not match", ""},
		{"signed by another key, DER", writer{header: header(), claims: claims(iat), der: true}.write(t, w.keys["KEYOFOTHER"]), "signature does not match", ""},
		{"no signature", parts[0] + "." + parts[1] + ".", "signature does not match", ""},
		{"claims changed after signing", parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(claims(iat+"0"))) + "." + parts[2], "signature does not match", ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			for range 2 { // the second time by the remembered verdict
				_, err := w.reg.Verify(tt.raw, apns.Production)
				r := requireReason(t, apns.InvalidProviderToken, err, tt.msg)
				require.Contains(t, r.Detail, tt.detail)
				require.Less(t, len(r.Detail), 200, "what a peer sent is shortened")
			}
		})
	}
}

func TestARevokedKeyIsRejectedAlthoughItsTokenIsCached(t *testing.T) {
	w := newFixture(t, Config{})
	raw := w.token(team, keyID)
	b := w.reg.NewBinding(apns.Production)
	token, err := b.Verify("bearer " + raw)
	require.NoError(t, err)
	require.NoError(t, b.Admit(token))

	require.NoError(t, w.reg.RemoveKey(team, keyID))
	_, err = w.reg.Verify(raw, apns.Production)
	requireReason(t, apns.InvalidProviderToken, err, "the verdict went with the key")
	_, err = b.Verify("bearer " + raw)
	requireReason(t, apns.InvalidProviderToken, err, "a connection that knows the header asks too")
	require.ErrorIs(t, w.reg.RemoveKey(team, keyID), ErrUnknownKey)
}

func TestAKeyAddedLaterIsNotRejectedByACachedVerdict(t *testing.T) {
	w := newFixture(t, Config{})
	other := newFixture(t, Config{})
	raw := other.token(team, keyID) // same key ID, another key
	_, err := w.reg.Verify(raw, apns.Production)
	requireReason(t, apns.InvalidProviderToken, err, "signed by a key we do not have")

	require.NoError(t, w.reg.AddKey(Key{ID: keyID, TeamID: team, Public: &other.keys[keyID].PublicKey}))
	_, err = w.reg.Verify(raw, apns.Production)
	require.NoError(t, err, "the key was replaced by the one that signed")
}

// "BadEnvironmentKeyInToken" is what the servers send (observed: kylebrowning/APNSwift#229),
// "BadEnvironmentKeyIdInToken" what Apple's table has.
func TestAKeyOfTheOtherEnvironmentIsRejected(t *testing.T) {
	for _, tt := range []struct {
		documented bool
		want       apns.Reason
	}{{false, apns.BadEnvironmentKeyInToken}, {true, apns.BadEnvironmentKeyIdInToken}} {
		w := newFixture(t, Config{DocumentedKeyReason: tt.documented})
		w.addKey(Key{ID: "KEYSANDBOX", TeamID: team, Environments: []apns.Environment{apns.Sandbox}})
		raw := w.token(team, "KEYSANDBOX")
		_, err := w.reg.Verify(raw, apns.Sandbox)
		require.NoError(t, err)
		_, err = w.reg.Verify(raw, apns.Production)
		requireReason(t, tt.want, err, "the key is restricted to the sandbox")

		_, err = w.reg.Verify(w.tokenAt(team, "KEYSANDBOX", w.clock.Now().Add(-2*time.Hour)), apns.Production)
		requireReason(t, tt.want, err, "the environment is looked at before the age")
	}
}

func TestVerdictsAreBounded(t *testing.T) {
	w := newFixture(t, Config{CachedVerdicts: 8})
	steady := w.token(team, keyID)
	for i := range 40 {
		_, err := w.reg.Verify(w.tokenAt(team, keyID, w.clock.Now().Add(-time.Duration(i)*time.Second)), apns.Production)
		require.NoError(t, err)
		_, err = w.reg.Verify(steady, apns.Production)
		require.NoError(t, err)
		require.LessOrEqual(t, len(w.reg.goodSignatures.young)+len(w.reg.goodSignatures.old), 8)
	}
	_, remembered := w.reg.goodSignatures.find(digestOf(steady))
	require.True(t, remembered, "a token in use stays")
}

func TestMalformedTokensAreNotRemembered(t *testing.T) {
	w := newFixture(t, Config{})
	for i := range 10 {
		_, err := w.reg.Verify(fmt.Sprint(i), apns.Production)
		requireReason(t, apns.InvalidProviderToken, err, "no JWT")
	}
	require.Empty(t, w.reg.badSignatures.young, "garbage must not displace verdicts that cost something")
}
