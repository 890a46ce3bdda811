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

// A Token is a provider token whose signature is good. It is shared between
// all who present the same one and must not be changed.
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

// Space is the space of the team; nil is the default space.
func (t *Token) Space() *space.Space { return t.key.team.space }

// Clock tells what time it is for the team.
func (t *Token) Clock() *clock.Clock { return t.key.team.clock }

// Verify judges the provider token raw, as [ParseAuthorization] returns it, for
// use in env now. The error is an [apns.Rejection] with InvalidProviderToken,
// the refusal of a key of the other environment or ExpiredProviderToken, looked
// for in this order.
//
// Checking a signature costs about a hundred microseconds, so each token's
// verdict is remembered; its key, environment and age are looked at every time.
func (r *Registry) Verify(raw string, env apns.Environment) (*Token, error) {
	v := r.verdictFor(raw)
	if v.rejection != nil {
		return nil, v.rejection
	}
	if err := r.usable(v.token, env); err != nil {
		return nil, err
	}
	return v.token, nil
}

// verdictFor returns what is remembered about a token, or judges it.
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

// verifyNew looks at a token for the first time and remembers what the signature
// was worth. A refusal that costs nothing to find, or that a new key may turn
// into its opposite, is not remembered.
func (r *Registry) verifyNew(raw string, d digest) verdict {
	dec, err := decode(raw)
	if err != nil {
		return verdict{rejection: invalid("%v", err)}
	}
	// ES256 is the only algorithm: "Establishing a token-based connection to
	// APNs".
	if dec.algorithm != jwt.SigningMethodES256.Alg() {
		return verdict{rejection: invalid("alg is %s; APNs takes ES256 only", quote(dec.algorithm))}
	}
	key, rejection := r.keyOf(dec)
	if rejection != nil {
		return verdict{rejection: rejection}
	}
	if !dec.checkLenient(key.Public) {
		v := verdict{key: key, rejection: invalid("the signature is not by key %s of team %s; is the .p8 file the one of that key ID?", key.ID, key.TeamID)}
		r.badSignatures.keep(d, v)
		return v
	}
	if r.cfg.Strict {
		if err := checkStandard(raw, key.Public); err != nil {
			return verdict{nonStandard: true, rejection: invalid("strict mode takes standard tokens only: %s", dec.nonStandardDetail(err))}
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

// joinNotes joins notes to a line for the journal.
func joinNotes(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return "provider token: " + strings.Join(notes, "; ")
}

// nonStandardDetail says why a library of standards refused what is good otherwise.
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

// keyOf finds the key a token names, or says which mistake it looks like.
func (r *Registry) keyOf(dec *decoded) (*keyEntry, *apns.Rejection) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if key := r.keys[keyName{dec.teamID, dec.keyID}]; key != nil {
		return key, nil
	}
	// observed: node-apn#450, key ID and team ID swapped.
	if r.keys[keyName{dec.keyID, dec.teamID}] != nil {
		return nil, invalid("kid has the team ID %s and iss the key ID %s; swap them", quote(dec.keyID), quote(dec.teamID))
	}
	if _, ok := r.teams[dec.teamID]; !ok {
		return nil, invalid("iss is %s, a team that is not known here", quote(dec.teamID))
	}
	for name := range r.keys {
		if name.id == dec.keyID {
			return nil, invalid("key %s is not a key of team %s (iss) but of another", quote(dec.keyID), dec.teamID)
		}
	}
	return nil, invalid("kid is %s, a key that team %s does not have or that was revoked", quote(dec.keyID), dec.teamID)
}

func invalid(format string, args ...any) *apns.Rejection {
	return apns.Reject(apns.InvalidProviderToken, fmt.Sprintf(format, args...))
}
