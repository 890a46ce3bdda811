package providerauth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
)

const (
	team      = "TEAM000001"
	otherTeam = "TEAM000002"
	keyID     = "KEY0000001"
	bundleID  = "com.example.app"
)

// A fixture is a registry with one team, its key and its app, and a clock.
type fixture struct {
	t     testing.TB
	clock *clock.Clock
	reg   *Registry
	keys  map[string]*ecdsa.PrivateKey // by key ID
}

func newFixture(t testing.TB, cfg Config) *fixture {
	t.Helper()
	w := &fixture{t: t, clock: new(clock.Clock), keys: map[string]*ecdsa.PrivateKey{}}
	cfg.Clock = w.clock
	w.reg = New(cfg)
	w.addKey(Key{ID: keyID, TeamID: team})
	require.NoError(t, w.reg.AddApp(team, bundleID))
	return w
}

// addKey makes a key pair for k and registers it with its team.
func (w *fixture) addKey(k Key) {
	w.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(w.t, err)
	k.Public = &private.PublicKey
	require.NoError(w.t, w.reg.AddTeam(k.TeamID))
	require.NoError(w.t, w.reg.AddKey(k))
	w.keys[k.ID] = private
}

// token is a regular provider token issued now.
func (w *fixture) token(team, key string) string { return w.tokenAt(team, key, w.clock.Now()) }

func (w *fixture) tokenAt(team, key string, at time.Time) string {
	w.t.Helper()
	token, err := Sign(w.keys[key], key, team, at)
	require.NoError(w.t, err)
	return token
}

// A writer writes a token byte for byte.
type writer struct {
	header, claims string
	encoding       *base64.Encoding // nil is base64url without padding
	der            bool
	unsigned       bool
}

func (wr writer) write(t testing.TB, key *ecdsa.PrivateKey) string {
	t.Helper()
	enc := wr.encoding
	if enc == nil {
		enc = base64.RawURLEncoding
	}
	signed := enc.EncodeToString([]byte(wr.header)) + "." + enc.EncodeToString([]byte(wr.claims))
	if wr.unsigned {
		return signed + "."
	}
	var signature []byte
	var err error
	if wr.der {
		digest := sha256.Sum256([]byte(signed))
		signature, err = ecdsa.SignASN1(rand.Reader, key, digest[:])
	} else {
		signature, err = jwt.SigningMethodES256.Sign(signed, key)
	}
	require.NoError(t, err)
	return signed + "." + enc.EncodeToString(signature)
}

func header() string { return fmt.Sprintf(`{"alg":"ES256","kid":%q}`, keyID) }

func claims(iat string) string { return fmt.Sprintf(`{"iss":%q,"iat":%s}`, team, iat) }

// requireReason requires a rejection with that reason and a detail for the developer.
func requireReason(t testing.TB, want apns.Reason, err error, msg string) *apns.Rejection {
	t.Helper()
	rejection, ok := errors.AsType[*apns.Rejection](err)
	require.Truef(t, ok, "want a rejection with %s, because %s; got %v", want, msg, err)
	require.Equal(t, want, rejection.Reason, msg)
	require.NotEmpty(t, rejection.Detail, "a refusal says what to do about it")
	return rejection
}
