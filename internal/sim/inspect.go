package sim

import (
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/provider"
	"github.com/apns-sim/apns-sim/internal/providerauth"
)

// InspectProviderToken reports whether the value of an authorization header would be
// accepted with the first push of a connection.
func (s *Simulator) InspectProviderToken(authorization, environment string) (controlapi.InspectedProviderToken, error) {
	env, err := controlapi.ParseEnvironment(environment)
	if err != nil {
		return controlapi.InspectedProviderToken{}, err
	}
	signature, rejection := s.Auth.Inspect(authorization, env)
	seen := controlapi.InspectedProviderToken{Environment: env.String(), Signature: string(signature)}
	if rejection != nil && s.cfg.Provider.AcceptUnknown {
		seen.Detail = "ignored because of --accept-unknown: " + rejection.Detail
		rejection = provider.IgnoreTokenFailure(s.Auth, s.Spaces, providerauth.Describe(authorization), s.Clock.Now(), rejection)
	}
	if seen.Accepted = rejection == nil; !seen.Accepted {
		seen.Reason, seen.Detail = string(rejection.Reason), rejection.Detail
	}
	return seen, nil
}
