package state

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Space is a space, or the default space if Team is "".
type Space struct {
	Team string `json:"team,omitempty"`
	// Created is when it was created, in real time; zero for the default space.
	Created time.Time `json:"created,omitzero"`
	// Ahead is how far its clock is ahead of the machine's.
	Ahead Duration `json:"ahead,omitzero"`
}

// Kind is that of spaces.
func (Space) Kind() Kind { return Spaces }

// Key is the team.
func (s Space) Key() string { return s.Team }

// A Team is a team and what is special about it.
type Team struct {
	ID        string `json:"id"`
	Suspended bool   `json:"suspended,omitempty"`
}

// Kind is that of teams.
func (Team) Kind() Kind { return Teams }

// Key is the team ID.
func (t Team) Key() string { return t.ID }

// Check reports what is missing.
func (t Team) Check() error { return required("id", t.ID) }

// An AuthKey is an authentication key of a team, "" being the default team.
type AuthKey struct {
	Team         string             `json:"team,omitempty"`
	ID           string             `json:"id"`
	Environments []apns.Environment `json:"environments,omitempty"`
	Topics       []string           `json:"topics,omitempty"`
	Related      string             `json:"related,omitempty"`
	// Public is the public half, PKIX DER.
	Public []byte `json:"public,omitempty"`
	// Private is the text of the .p8 file, if the simulator has it.
	Private string `json:"private,omitempty"`
	// File is the path of a .p8 file, in a seed only.
	File string `json:"file,omitempty"`
	// Revoked says that the key is not valid, wherever else it is listed.
	Revoked bool `json:"revoked,omitempty"`
}

// Kind is that of keys.
func (AuthKey) Kind() Kind { return Keys }

// Key is the team and the key ID.
func (k AuthKey) Key() string { return k.Team + "/" + k.ID }

// Check reports what is missing.
func (k AuthKey) Check() error { return required("id", k.ID) }

// An App is an app of a team, "" being the default team.
type App struct {
	Team     string `json:"team,omitempty"`
	BundleID string `json:"bundleId"`
	// NoBroadcast says that the app lacks the broadcast capability.
	NoBroadcast bool `json:"noBroadcast,omitempty"`
}

// Kind is that of apps.
func (App) Kind() Kind { return Apps }

// Key is the team and the bundle ID.
func (a App) Key() string { return a.Team + "/" + a.BundleID }

// Check reports what is missing.
func (a App) Check() error { return required("bundleId", a.BundleID) }

// A Certificate is a provider certificate that is revoked with its team, or was revoked.
type Certificate struct {
	// Serial is the serial number, hex.
	Serial  string `json:"serial"`
	Team    string `json:"team,omitempty"`
	Revoked bool   `json:"revoked,omitempty"`
	// DER is the certificate, without its key; empty if only the serial number is known.
	DER []byte `json:"der,omitempty"`
}

// Kind is that of certificates.
func (Certificate) Kind() Kind { return Certificates }

// Key is the serial number.
func (c Certificate) Key() string { return c.Serial }

// Check reports what is missing.
func (c Certificate) Check() error { return required("serial", c.Serial) }

// A TokenUpdate is when the provider token of a key or of an address was last replaced, for
// the rule that limits such updates.
type TokenUpdate struct {
	// Team and KeyID name the key; empty if the updates of an address are counted.
	Team  string `json:"team,omitempty"`
	KeyID string `json:"keyId,omitempty"`
	// Address is the address of the provider, without a port.
	Address string `json:"address,omitempty"`
	// Digest is the SHA-256 of the token in use, hex.
	Digest string `json:"digest"`
	// Updated is when it replaced another one; zero if it never did.
	Updated time.Time `json:"updated,omitzero"`
}

// Kind is that of token updates.
func (TokenUpdate) Kind() Kind { return TokenUpdates }

// Key is that of the key, or the address.
func (u TokenUpdate) Key() string {
	if u.Address != "" {
		return u.Address
	}
	return u.Team + "/" + u.KeyID
}
