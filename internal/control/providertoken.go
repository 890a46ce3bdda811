package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// TokenInspector judges provider tokens that nobody has sent.
type TokenInspector interface {
	// InspectProviderToken tells whether a provider token would be accepted.
	InspectProviderToken(authorization, environment string) (controlapi.InspectedProviderToken, error)
}

// A inspectTokenRequest is a provider token to be judged.
type inspectTokenRequest struct {
	Authorization string `json:"authorization" maxLength:"8000" doc:"Value of the authorization header: bearer and the provider token"`
	Environment   string `json:"environment,omitempty" enum:"production,sandbox" doc:"Environment; default production"`
}

func registerProviderTokens(r *router) {
	tokens := r.server.ProviderTokens
	register(r, huma.Operation{
		OperationID: "inspect-provider-token", Method: http.MethodPost, Path: "/v1/provider-tokens/inspect", Tags: []string{teamsTag},
		Summary:     "Check whether the first push of a connection would be accepted with a provider token",
		Description: "The token is not stored and does not count as a token update.",
		RequestBody: exampleBody(inspectTokenRequest{Authorization: "bearer eyJhbGciOiJFUzI1NiJ9.e30.AA"}),
	}, func(_ context.Context, in *struct{ Body inspectTokenRequest }) (*output[controlapi.InspectedProviderToken], error) {
		return respond(tokens.InspectProviderToken(in.Body.Authorization, in.Body.Environment))
	})
}
