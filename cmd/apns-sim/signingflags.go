package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// signingFlags say which key a provider token is signed with.
type signingFlags struct {
	KeyFile string `placeholder:"FILE" help:"Sign with this .p8 key (default: the default team's key)."`
	KeyP8   string `name:"key-p8" env:"APNS_SIM_KEY_P8" placeholder:"TEXT" help:"Text of the .p8 key instead of a file, as in the variables of a space."`
	Team    string `placeholder:"TEAM" help:"Team ID of the key."`
	KeyID   string `placeholder:"KEYID" help:"Key ID (default: from the name of --key-file)."`
}

// flagged tells which flags the command line has; the others may have come from
// variables.
func flagged(ctx *kong.Context) func(name string) bool {
	return func(name string) bool {
		flag := named(ctx.Selected().Flags, name)
		return flag != nil && given(ctx, flag)
	}
}

// key returns the key that is meant: that of a flag, else that of the variables, else
// the default team's, which fetch gets from the control API. Variables may be left over from two places, such as the file
// from exec and the text from a space; the key ID, which both set, decides.
func (f signingFlags) key(demo sim.DefaultTeamInfo, flagged func(string) bool, fetch func() (controlapi.Credentials, error)) (keystore.SigningKey, error) {
	inName := keystore.KeyIDOf(f.KeyFile)
	switch {
	case flagged("key-file"):
		f.KeyP8 = ""
		if inName != "" && !flagged("key-id") {
			f.KeyID = inName // the variable is about another key
		}
	case flagged("key-p8"), f.KeyP8 != "" && inName != f.KeyID:
		f.KeyFile = ""
	case f.KeyFile != "":
		f.KeyP8 = ""
	case f.KeyP8 == "":
		return f.ofDefaultTeam(demo, fetch)
	}
	switch {
	case f.Team == "" && f.KeyFile != "":
		return keystore.SigningKey{}, badUsage("--key-file needs --team, the team ID of the key")
	case f.KeyFile != "":
		return keystore.LoadSigningKey(f.KeyFile, f.Team, f.KeyID)
	case f.Team == "" || f.KeyID == "":
		return keystore.SigningKey{}, badUsage("--key-p8 needs --team and --key-id, the team ID and key ID of the key")
	}
	private, err := pki.ParseP8([]byte(f.KeyP8))
	if err != nil {
		return keystore.SigningKey{}, fmt.Errorf("--key-p8: %w", err)
	}
	return keystore.SigningKey{TeamID: f.Team, KeyID: f.KeyID, Private: private}, nil
}

// ofDefaultTeam is the key if none is given. It is no other team's, and has one ID. Its file
// may be on another machine, so it comes from the control API.
func (f signingFlags) ofDefaultTeam(demo sim.DefaultTeamInfo, fetch func() (controlapi.Credentials, error)) (keystore.SigningKey, error) {
	if f.Team != "" && f.Team != demo.TeamID || f.KeyID != "" && f.KeyID != demo.KeyID {
		return keystore.SigningKey{}, badUsage("team %q and key ID %q do not name the default team's key (team %s, key ID %s); set the key with --key-file or --key-p8", f.Team, f.KeyID, demo.TeamID, demo.KeyID)
	}
	c, err := fetch()
	if err != nil {
		return keystore.SigningKey{}, err
	}
	private, err := pki.ParseP8([]byte(c.Key))
	if err != nil {
		return keystore.SigningKey{}, fmt.Errorf("/v1/credentials: %w", err)
	}
	return keystore.SigningKey{TeamID: c.Team, KeyID: c.KeyID, Private: private}, nil
}
