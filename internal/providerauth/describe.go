package providerauth

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A Description is what may be shown of a provider token. The token cannot be rebuilt
// from it, since it does not have the signature.
type Description struct {
	// Shown replaces the authorization header.
	Shown string
	// Fingerprint is the beginning of the token's SHA-256, which tells tokens
	// apart.
	Fingerprint string
	// Header and Claims are JSON, decoded; "" if they cannot be.
	Header, Claims string
	KeyID, TeamID  string
	// IssuedAt is zero if there is no iat that can be read.
	IssuedAt time.Time
	// Notes are the tolerances the token needed.
	Notes []string
}

// Describe decodes the value of an authorization header as far as possible, whether it
// is valid or not.
func Describe(authorization string) *Description {
	raw, err := ParseAuthorization(authorization)
	if err != nil {
		if authorization == "" {
			return &Description{}
		}
		scheme, _, several := strings.Cut(authorization, " ")
		if !several { // a token without a scheme, most likely
			scheme = ""
		}
		return &Description{Shown: strings.TrimSpace(shorten(scheme, 16) + fmt.Sprintf(" … (%d bytes)", len(authorization)))}
	}
	dec, _ := decode(raw) // it is shown as far as it can be decoded
	return describe(raw, digestOf(raw), dec)
}

// describe is [Describe] of a token that was decoded; token is nil if it could not be.
func describe(raw string, d digest, dec *decoded) *Description {
	about := &Description{
		Shown:       fmt.Sprintf("bearer … (%d bytes)", len(raw)),
		Fingerprint: hex.EncodeToString(d[:4]),
	}
	if parts := strings.Split(raw, "."); len(parts) > 1 && len(raw) <= maxToken {
		about.Header, about.Claims = readable(parts[0]), readable(parts[1])
	}
	if dec != nil {
		about.KeyID, about.TeamID, about.IssuedAt = dec.keyID, dec.teamID, issueTime(dec.issuedAt)
		about.Notes = dec.used.notes()
	}
	return about
}

// readable returns the JSON of a segment; "" if there is none.
func readable(segment string) string {
	text, err := new(decoded).segment(segment)
	if err != nil || !json.Valid(text) {
		return ""
	}
	return shorten(string(text), 1024)
}

func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Describe returns what may be shown of the token.
func (t *Token) Describe() *Description { return t.description }
