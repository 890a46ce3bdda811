package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// signingFlags say which key a provider token is signed with.
type signingFlags struct {
	KeyFile string `placeholder:"FILE" help:"Sign with this .p8; the default team's when absent."`
	KeyP8   string `name:"key-p8" env:"APNS_SIM_KEY_P8" placeholder:"TEXT" help:"The text of the .p8 in place of a file, as the variables of a space have it."`
	Team    string `placeholder:"TEAM" help:"The team of the key."`
	KeyID   string `placeholder:"KEYID" help:"The ID of the key; read from the name of --key-file when absent."`
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
// the default team's. Variables may be left over from two places, such as the file
// from exec and the text from a space; the key ID, which both set, decides.
func (f signingFlags) key(demo sim.Demo, flagged func(string) bool) (keystore.SigningKey, error) {
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
		return f.ofDefaultTeam(demo)
	}
	switch {
	case f.Team == "" && f.KeyFile != "":
		return keystore.SigningKey{}, badUsage("--key-file needs --team, the team the key belongs to")
	case f.KeyFile != "":
		return keystore.LoadSigningKey(f.KeyFile, f.Team, f.KeyID)
	case f.Team == "" || f.KeyID == "":
		return keystore.SigningKey{}, badUsage("--key-p8 needs --team and --key-id: the team the key belongs to, and its ID")
	}
	private, err := pki.ParseP8([]byte(f.KeyP8))
	if err != nil {
		return keystore.SigningKey{}, fmt.Errorf("--key-p8: %w", err)
	}
	return keystore.SigningKey{TeamID: f.Team, KeyID: f.KeyID, Private: private}, nil
}

// ofDefaultTeam is the key if none is given. It is no other team's, and has one ID.
func (f signingFlags) ofDefaultTeam(demo sim.Demo) (keystore.SigningKey, error) {
	if f.Team != "" && f.Team != demo.TeamID || f.KeyID != "" && f.KeyID != demo.KeyID {
		return keystore.SigningKey{}, badUsage("key %s of team %s is not that of the default team; give it with --key-file or --key-p8", f.KeyID, f.Team)
	}
	if demo.KeyFile == "" {
		return keystore.SigningKey{}, badUsage("the simulator has written no key; give one with --key-file or --key-p8")
	}
	return keystore.LoadSigningKey(demo.KeyFile, demo.TeamID, demo.KeyID)
}
