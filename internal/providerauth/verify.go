package providerauth

import (
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/space"
)

// A Token is a provider token with a valid signature. It is shared by all connections
// that present it, and must not be changed.
type Token struct {
	TeamID, KeyID string
	IssuedAt      time.Time
	// Notes are the tolerances the token needed, in words.
	Notes []string
	// Remark is the notes in one line; "" if there are none.
	Remark string

	key         *keyEntry
	digest      digest
	description *Description
}

// Space returns the space of the team; nil is the default space.
func (t *Token) Space() *space.Space { return t.key.team.space }

// Clock returns the clock of the team.
func (t *Token) Clock() *clock.Clock { return t.key.team.clock }

// Verify verifies the provider token raw, as returned by [ParseAuthorization], for use
// in env now. The error is an [apns.Rejection] with InvalidProviderToken, the reason
// for a key of the other environment, or ExpiredProviderToken, checked in this order.
//
// Verifying a signature costs about a hundred microseconds, so the verdict about each
// token is cached; its key, environment and age are checked every time.
func (r *Registry) Verify(raw string, env apns.Environment) (*Token, error) {
	v := r.verdictFor(raw)
	if v.rejection != nil {
		return nil, v.rejection
	}
	if err := r.checkEachUse(v.token, env); err != nil {
		return nil, err
	}
	return v.token, nil
}

// verdictFor returns the cached verdict about a token, or a new one.
func (r *Registry) verdictFor(raw string) verdict {
	d := digestOf(raw)
	v, ok := r.goodSignatures.find(d)
	if !ok {
		v, ok = r.badSignatures.find(d)
	}
	if !ok {
		v = r.verifyNew(raw, d)
	}
	return v
}

// verifyNew verifies a token that is not cached, and caches the result for the
// signature. A rejection that costs nothing to find, or that a new key may reverse, is
// not cached.
func (r *Registry) verifyNew(raw string, d digest) verdict {
	dec, err := decode(raw)
	if err != nil {
		return verdict{rejection: invalid("%v", err)}
	}
	// ES256 is the only algorithm:
	// https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
	if dec.algorithm != jwt.SigningMethodES256.Alg() {
		return verdict{rejection: invalid("alg is %s; APNs accepts ES256 only", quote(dec.algorithm))}
	}
	key, rejection := r.keyOf(dec)
	if rejection != nil {
		return verdict{rejection: rejection}
	}
	if !dec.checkLenient(key.Public) {
		v := verdict{key: key, rejection: invalid("the signature does not match key %s of team %s; check that the .p8 file belongs to that key ID", key.ID, key.TeamID)}
		r.badSignatures.keep(d, v)
		return v
	}
	if r.cfg.Strict {
		if err := checkStandard(raw, key.Public); err != nil {
			return verdict{nonStandard: true, rejection: invalid("strict mode accepts standard tokens only: %s", dec.nonStandardDetail(err))}
		}
	}
	notes := dec.used.notes()
	v := verdict{key: key, token: &Token{
		TeamID: key.TeamID, KeyID: key.ID, IssuedAt: issueTime(dec.issuedAt),
		Notes: notes, Remark: joinNotes(notes), key: key, digest: d, description: describe(raw, d, dec),
	}}
	r.goodSignatures.keep(d, v)
	return v
}

// joinNotes joins notes to one line for the journal.
func joinNotes(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return "provider token: " + strings.Join(notes, "; ")
}

// nonStandardDetail says why a standard library rejected a token that is valid
// otherwise.
func (d *decoded) nonStandardDetail(err error) string {
	var odd []string
	for row := range d.used.rows() {
		if !row.Standard {
			odd = append(odd, row.Note)
		}
	}
	if odd == nil {
		return err.Error()
	}
	return strings.Join(odd, "; ")
}

// keyOf returns the key that a token names, or says which mistake was made.
func (r *Registry) keyOf(dec *decoded) (*keyEntry, *apns.Rejection) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if key := r.keys[keyName{dec.teamID, dec.keyID}]; key != nil {
		return key, nil
	}
	// observed: node-apn/node-apn#450, key ID and team ID swapped.
	if r.keys[keyName{dec.keyID, dec.teamID}] != nil {
		return nil, invalid("kid has the team ID %s and iss the key ID %s; swap them", quote(dec.keyID), quote(dec.teamID))
	}
	if _, ok := r.teams[dec.teamID]; !ok {
		return nil, invalid("iss is %s, an unknown team", quote(dec.teamID))
	}
	for name := range r.keys {
		if name.id == dec.keyID {
			return nil, invalid("key %s belongs to another team than %s (iss)", quote(dec.keyID), dec.teamID)
		}
	}
	return nil, invalid("kid is %s, a key that team %s does not have or that was revoked", quote(dec.keyID), dec.teamID)
}

func invalid(format string, args ...any) *apns.Rejection {
	return apns.Reject(apns.InvalidProviderToken, fmt.Sprintf(format, args...))
}

// checkEachUse checks what may change between two uses of a token with a valid signature:
// whether its key was revoked, its team, the environment of the key, and its age.
func (r *Registry) checkEachUse(t *Token, env apns.Environment) error {
	if t.key.removed.Load() {
		return invalid("key %s of team %s was revoked", t.KeyID, t.TeamID)
	}
	if t.key.team.suspended.Load() {
		return forbidden(t.TeamID)
	}
	if !t.key.isFor(env) {
		return apns.Reject(r.cfg.wrongEnvironment(),
			fmt.Sprintf("key %s is restricted to %s and this is %s", t.KeyID, t.key.Environments[0], env))
	}
	return r.CheckAge(t.IssuedAt, t.Clock().Now())
}
