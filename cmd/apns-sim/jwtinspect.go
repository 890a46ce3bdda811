package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/keystore"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// jwtInspect looks at a provider token.
type jwtInspect struct {
	remote
	Token       string `arg:"" help:"The provider token, or the whole authorization header; - reads standard input."`
	Environment string `env:"-" enum:"production,sandbox" default:"production" placeholder:"ENVIRONMENT" help:"Where it is to be used: production or sandbox."`
	KeyFile     string `env:"-" placeholder:"FILE" help:"Check the signature with this .p8, without a simulator."`
}

// Help is what the help says before the flags.
func (jwtInspect) Help() string {
	return "A simulator that runs says whether it would accept the token with the first push of a connection, and whether the signature is good. " +
		"With --key-file the signature and the age are checked against that key and this machine's clock; whether the key is known is left open."
}

// Run decodes the token and has it judged.
func (j *jwtInspect) Run(ctx context.Context, c *console) error {
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
	seen, by, err := j.judge(ctx, authorization, d)
	if err != nil {
		return err
	}
	issued := ""
	if !d.IssuedAt.IsZero() {
		issued = fmt.Sprintf("%s, %s ago", d.IssuedAt.UTC().Format(time.RFC3339), time.Since(d.IssuedAt).Round(time.Second))
	}
	return showOne(c, j.JSON, map[string]any{
		"header": json.RawMessage(d.Header), "claims": json.RawMessage(d.Claims), "notes": d.Notes, "issuedAt": d.IssuedAt.UTC(),
		"verdict": seen, "judgedBy": by,
	},
		[2]string{"header", d.Header}, [2]string{"claims", d.Claims}, [2]string{"issued", issued},
		[2]string{"tolerated", strings.Join(d.Notes, "; ")}, [2]string{"signature", signatureWords(seen)},
		[2]string{"accepted", acceptedWords(seen)}, [2]string{"judged by", by})
}

// judge has the token judged, with the key file if there is one, and otherwise by
// the simulator. by says who has; without a simulator there is no verdict.
func (j *jwtInspect) judge(ctx context.Context, authorization string, d *providerauth.Description) (seen *controlapi.InspectedProviderToken, by string, err error) {
	if j.KeyFile != "" {
		seen, err = j.withKeyFile(authorization, d)
		return seen, j.KeyFile + " and this machine's clock", err
	}
	if err := j.check(); err != nil {
		return nil, "", usageError{err}
	}
	order := map[string]string{"authorization": authorization, "environment": j.Environment}
	seen = new(controlapi.InspectedProviderToken)
	switch err := j.call(ctx, http.MethodPost, "/v1/provider-tokens/inspect", nil, order, seen); {
	case errors.Is(err, errUnreachable):
		return nil, "nobody: no simulator answers at " + j.Control + "; start one, or give the key with --key-file", nil
	case err != nil:
		return nil, "", err
	}
	return seen, "the simulator at " + j.Control, nil
}

// withKeyFile judges the token as if the key in the file were the one that it names.
func (j *jwtInspect) withKeyFile(authorization string, d *providerauth.Description) (*controlapi.InspectedProviderToken, error) {
	env, err := apns.ParseEnvironment(j.Environment)
	if err != nil {
		return nil, usageError{err}
	}
	registry := providerauth.New(providerauth.Config{})
	if d.KeyID != "" { // otherwise the token is refused before its key is looked for
		key, err := keystore.LoadSigningKey(j.KeyFile, d.TeamID, d.KeyID)
		if err != nil {
			return nil, usageError{badFlag("key-file", ": %w", err)}
		}
		if err := errors.Join(registry.AddTeam(d.TeamID), registry.AddKey(key.Public())); err != nil {
			return nil, err
		}
	}
	signature, refusal := registry.Inspect(authorization, env)
	seen := &controlapi.InspectedProviderToken{Environment: j.Environment, Signature: string(signature), Accepted: refusal == nil}
	if refusal != nil {
		seen.Reason, seen.Detail = string(refusal.Reason), refusal.Detail
	}
	if inName := keystore.KeyIDOf(j.KeyFile); inName != "" && inName != d.KeyID && seen.Accepted {
		seen.Detail = fmt.Sprintf("the file is named after key %s, and kid is %s", inName, d.KeyID)
	}
	return seen, nil
}

func signatureWords(seen *controlapi.InspectedProviderToken) string {
	switch {
	case seen == nil:
		return "unchecked"
	case seen.Signature == string(providerauth.SignatureUnchecked):
		return seen.Signature + ": there is no key to check it with"
	}
	return seen.Signature
}

func acceptedWords(seen *controlapi.InspectedProviderToken) string {
	switch {
	case seen == nil:
		return "unknown"
	case seen.Accepted:
		return strings.TrimSuffix("yes, in "+seen.Environment+"; "+seen.Detail, "; ")
	}
	return fmt.Sprintf("no, in %s: %s: %s", seen.Environment, seen.Reason, seen.Detail)
}
