package devicetls

import (
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// environment returns the environment of a device: that of the listener, unless the server
// name is that of the sandbox courier. The production name selects nothing, since some
// clients dial the sandbox and send the production name (observed: third-party clients).
func environment(listener apns.Environment, serverName string) apns.Environment {
	if env, ok := apns.CourierEnvironment(strings.ToLower(serverName)); ok && env == apns.Sandbox {
		return apns.Sandbox
	}
	return listener
}
