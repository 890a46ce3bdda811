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
	Token       string `arg:"" help:"Provider token or the authorization header; - reads standard input."`
	Environment string `env:"-" enum:"production,sandbox" default:"production" placeholder:"ENVIRONMENT" help:"Environment: production or sandbox."`
	KeyFile     string `env:"-" placeholder:"FILE" help:"Check the signature with this .p8 key, without a simulator."`
}

// Help is what the help says before the flags.
func (jwtInspect) Help() string {
	return "The running simulator checks the signature and whether it accepts the token with the first push of a connection. " +
		"With --key-file, signature and age are checked against that key and this machine's clock; whether APNs knows the key is not checked."
}

// Run decodes and checks the token.
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
		return usageError{errors.New("not a provider token; it has three base64url parts separated by dots, and the first two are JSON")}
	}
	seen, by, err := j.inspect(ctx, authorization, d)
	if err != nil {
		return err
	}
	issued := ""
	if !d.IssuedAt.IsZero() {
		issued = fmt.Sprintf("%s, %s ago", d.IssuedAt.UTC().Format(time.RFC3339), time.Since(d.IssuedAt).Round(time.Second))
	}
	return showOne(c, j.JSON, map[string]any{
		"header": json.RawMessage(d.Header), "claims": json.RawMessage(d.Claims), "notes": d.Notes, "issuedAt": d.IssuedAt.UTC(),
		"verdict": seen, "checkedBy": by,
	},
		[2]string{"header", d.Header}, [2]string{"claims", d.Claims}, [2]string{"issued", issued},
		[2]string{"tolerated", strings.Join(d.Notes, "; ")}, [2]string{"signature", signatureWords(seen)},
		[2]string{"accepted", acceptedWords(seen)}, [2]string{"checked by", by})
}

// inspect checks the token with the key file, if there is one, and otherwise with the simulator. by says which;
// without a simulator there is no verdict.
func (j *jwtInspect) inspect(ctx context.Context, authorization string, d *providerauth.Description) (seen *controlapi.InspectedProviderToken, by string, err error) {
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
		return nil, "nothing: no simulator is reachable at " + j.Control + "; start one, or set the key with --key-file", nil
	case err != nil:
		return nil, "", err
	}
	return seen, "the simulator at " + j.Control, nil
}

// withKeyFile checks the token as if the key in the file were the one that the token names.
func (j *jwtInspect) withKeyFile(authorization string, d *providerauth.Description) (*controlapi.InspectedProviderToken, error) {
	env, err := apns.ParseEnvironment(j.Environment)
	if err != nil {
		return nil, usageError{err}
	}
	registry := providerauth.New(providerauth.Config{})
	if d.KeyID != "" { // otherwise the token is rejected before its key is looked up
		key, err := keystore.LoadSigningKey(j.KeyFile, d.TeamID, d.KeyID)
		if err != nil {
			return nil, usageError{badFlag("key-file", ": %w", err)}
		}
		if err := errors.Join(registry.AddTeam(d.TeamID), registry.AddKey(key.Public())); err != nil {
			return nil, err
		}
	}
	signature, rejection := registry.Inspect(authorization, env)
	seen := &controlapi.InspectedProviderToken{Environment: j.Environment, Signature: string(signature), Accepted: rejection == nil}
	if rejection != nil {
		seen.Reason, seen.Detail = string(rejection.Reason), rejection.Detail
	}
	if inName := keystore.KeyIDOf(j.KeyFile); inName != "" && inName != d.KeyID && seen.Accepted {
		seen.Detail = fmt.Sprintf("the file name has key ID %s, but kid is %s", inName, d.KeyID)
	}
	return seen, nil
}

func signatureWords(seen *controlapi.InspectedProviderToken) string {
	switch {
	case seen == nil:
		return "unchecked"
	case seen.Signature == string(providerauth.SignatureUnchecked):
		return seen.Signature + ": the key is unknown"
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
