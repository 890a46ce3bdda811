package main

import (
	"context"
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// jwtCommand groups the commands about provider tokens.
type jwtCommand struct {
	Sign    jwtSign    `cmd:"" help:"Sign a provider token."`
	Inspect jwtInspect `cmd:"" help:"Decode a provider token and report whether the simulator accepts it, and which flaws APNs tolerates."`
}

type jwtSign struct {
	controlFlags
	signingFlags
	Age time.Duration `env:"-" placeholder:"TIME" help:"Age of the token (default: 0s)."`
}

// Run prints a provider token.
func (j *jwtSign) Run(ctx context.Context, parsed *kong.Context, c *console) error {
	var where sim.Info
	if j.KeyFile == "" && j.KeyP8 == "" { // only then is the simulator needed
		if err := j.check(); err != nil {
			return usageError{err}
		}
		var err error
		if where, err = j.discover(ctx); err != nil {
			return err
		}
	}
	key, err := j.key(where.DefaultTeam, flagged(parsed), func() (controlapi.Credentials, error) { return j.credentials(ctx) })
	if err != nil {
		return usageError{err}
	}
	token, err := providerauth.Sign(key.Private, key.KeyID, key.TeamID, time.Now().Add(-j.Age))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(c.stdout, token)
	return err
}
