package sim

import (
	"github.com/apns-sim/apns-sim/apns"
)

// ProviderToken signs a provider token for a team.
func (s *Simulator) ProviderToken(team string) (string, error) {
	return s.TeamControl.ProviderToken(team)
}

// ProviderURL is where the provider API of an environment is; "" if it has no listener.
func (s *Simulator) ProviderURL(env apns.Environment) string {
	if env == apns.Sandbox {
		return s.info.ProviderSandbox
	}
	return s.info.Provider
}
