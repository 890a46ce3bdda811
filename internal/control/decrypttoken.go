package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// TokenDecrypter decrypts device tokens.
type TokenDecrypter interface {
	// DecryptToken tells what a device token says. An error of [controlapi.ErrNotFound]
	// says that this simulator did not issue it.
	DecryptToken(token apns.DeviceToken) (controlapi.DecryptedToken, error)
}

func registerTokens(r *router) {
	tokens := r.server.DeviceTokens
	register(r, huma.Operation{
		OperationID: "decrypt-token", Method: http.MethodGet, Path: "/v1/tokens/{token}", Tags: []string{devicesTag},
		Summary:     "Decrypt a device token",
		Description: "A device token is an encrypted record that only the simulator can decrypt.",
		Errors:      []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		Token string `path:"token" maxLength:"200" example:"00" doc:"The device token, hex"`
	},
	) (*output[controlapi.DecryptedToken], error) {
		token, err := apns.ParseDeviceToken(in.Token)
		if err != nil {
			return nil, reject(http.StatusUnprocessableEntity, "path.token: %v", err)
		}
		return respond(tokens.DecryptToken(token))
	})
}
