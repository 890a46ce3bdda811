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

	key         *entry
	digest      digest
	description *Description
}

// Space is the world of the team; nil is the common one.
func (t *Token) Space() *space.Space { return t.key.member.space }

// Clock tells what time it is for the team.
func (t *Token) Clock() *clock.Clock { return t.key.member.clock }

// Verify judges the provider token raw, as [ParseAuthorization] returns it, for
// use in env now. The error is an [apns.Rejection] with InvalidProviderToken,
// the refusal of a key of the other environment or ExpiredProviderToken, looked
// for in this order.
//
// Checking a signature costs about a hundred microseconds, so each token's
// verdict is remembered; its key, environment and age are looked at every time.
func (r *Registry) Verify(raw string, env apns.Environment) (*Token, error) {
	v := r.verdictOn(raw)
	if v.rejection != nil {
		return nil, v.rejection
	}
	if err := r.usable(v.token, env); err != nil {
		return nil, err
	}
	return v.token, nil
}

// verdictOn returns what is remembered about a token, or judges it.
func (r *Registry) verdictOn(raw string) verdict {
	d := digestOf(raw)
	v, ok := r.accepted.find(d)
	if !ok {
		v, ok = r.refused.find(d)
	}
	if !ok {
		v = r.judge(raw, d)
	}
	return v
}

// judge looks at a token for the first time and remembers what the signature
// was worth. A refusal that costs nothing to find, or that a new key may turn
// into its opposite, is not remembered.
func (r *Registry) judge(raw string, d digest) verdict {
	said, err := decode(raw)
	if err != nil {
		return verdict{rejection: invalid("%v", err)}
	}
	// ES256 is the only algorithm: "Establishing a token-based connection to
	// APNs".
	if said.algorithm != jwt.SigningMethodES256.Alg() {
		return verdict{rejection: invalid("alg is %s; APNs takes ES256 only", clip(said.algorithm))}
	}
	key, rejection := r.keyOf(said)
	if rejection != nil {
		return verdict{rejection: rejection}
	}
	if !said.checkLenient(key.Public) {
		v := verdict{key: key, rejection: invalid("the signature is not by key %s of team %s; is the .p8 file the one of that key ID?", key.ID, key.TeamID)}
		r.refused.keep(d, v)
		return v
	}
	if r.cfg.Strict {
		if err := checkStandard(raw, key.Public); err != nil {
			return verdict{odd: true, rejection: invalid("strict mode takes standard tokens only: %s", said.oddity(err))}
		}
	}
	notes := said.used.notes()
	v := verdict{key: key, token: &Token{
		TeamID: key.TeamID, KeyID: key.ID, IssuedAt: issueTime(said.issuedAt),
		Notes: notes, Remark: remark(notes), key: key, digest: d, description: describe(raw, d, said),
	}}
	r.accepted.keep(d, v)
	return v
}

// remark joins notes to a line for the journal.
func remark(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return "provider token: " + strings.Join(notes, "; ")
}

// oddity says why a library of standards refused what is good otherwise.
func (d *decoded) oddity(err error) string {
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
func (r *Registry) keyOf(said *decoded) (*entry, *apns.Rejection) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if key := r.keys[keyName{said.teamID, said.keyID}]; key != nil {
		return key, nil
	}
	// observed: node-apn#450, key ID and team ID swapped.
	if r.keys[keyName{said.keyID, said.teamID}] != nil {
		return nil, invalid("kid has the team ID %s and iss the key ID %s; swap them", clip(said.keyID), clip(said.teamID))
	}
	if _, ok := r.teams[said.teamID]; !ok {
		return nil, invalid("iss is %s, a team that is not known here", clip(said.teamID))
	}
	for name := range r.keys {
		if name.id == said.keyID {
			return nil, invalid("key %s is not a key of team %s (iss) but of another", clip(said.keyID), said.teamID)
		}
	}
	return nil, invalid("kid is %s, a key that team %s does not have or that was revoked", clip(said.keyID), said.teamID)
}

func invalid(format string, args ...any) *apns.Rejection {
	return apns.Reject(apns.InvalidProviderToken, fmt.Sprintf(format, args...))
}
