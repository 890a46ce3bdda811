package devicetls

import (
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// sandboxCourier is the name that devices in the sandbox send in SNI; the host they dial has
// a number, as in 7-courier.sandbox.push.apple.com (observed: apsd).
const sandboxCourier = "courier.sandbox.push.apple.com"

// environment returns the environment of a device: that of the listener, unless the server
// name is that of the sandbox courier. The production name selects nothing, since some
// clients dial the sandbox and send the production name (observed: third-party clients).
func environment(listener apns.Environment, serverName string) apns.Environment {
	name := strings.ToLower(serverName)
	if name == sandboxCourier || strings.HasSuffix(name, "-"+sandboxCourier) {
		return apns.Sandbox
	}
	return listener
}
