package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// jwtCommand groups the verbs about provider tokens.
type jwtCommand struct {
	Sign    jwtSign    `cmd:"" help:"Sign a provider token."`
	Inspect jwtInspect `cmd:"" help:"Decode a provider token, and tell what APNs merely tolerates in it."`
}

type jwtSign struct {
	controlFlags
	signingFlags
	Age time.Duration `env:"-" placeholder:"TIME" help:"How old it is; otherwise it is issued now."`
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
	key, err := j.key(where.Demo, flagged(parsed))
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

type jwtInspect struct {
	Token string `arg:"" help:"The provider token, or the whole authorization header; - reads standard input."`
	JSON  bool   `name:"json" help:"As JSON."`
}

// Run decodes the token. Whether its key is known is not looked at.
func (j *jwtInspect) Run(c *console) error {
	text, err := readArgument(c, j.Token)
	if err != nil {
		return usageError{err}
	}
	authorization := strings.TrimSpace(string(text))
	if !strings.Contains(authorization, " ") {
		authorization = "bearer " + authorization
	}
	d := providerauth.Describe(authorization)
	if d == nil || d.Claims == "" {
		return usageError{errors.New("this is no provider token: three parts in base64url between dots, of which two are JSON")}
	}
	issued := ""
	if !d.IssuedAt.IsZero() {
		issued = fmt.Sprintf("%s, %s ago", d.IssuedAt.UTC().Format(time.RFC3339), time.Since(d.IssuedAt).Round(time.Second))
	}
	return showOne(c, j.JSON, map[string]any{
		"header": json.RawMessage(d.Header), "claims": json.RawMessage(d.Claims), "notes": d.Notes, "issuedAt": d.IssuedAt.UTC(),
	},
		[2]string{"header", d.Header}, [2]string{"claims", d.Claims}, [2]string{"issued", issued},
		[2]string{"tolerated", strings.Join(d.Notes, "; ")})
}
