package provider

import (
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// devicePath stands before the device token in the path of a push.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
const devicePath = "/3/device/"

// checkPath requires the path of a device. A path with a query is wrong: Apple documents
// none. A path without a device token is left to checkTokenPresent.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkPath() *apns.Rejection {
	if !strings.HasPrefix(r.path, devicePath) || strings.Contains(r.deviceTokenText, "/") || strings.Contains(r.deviceTokenText, "?") {
		return apns.Reject(apns.BadPath, "the path is", quote(r.path)+"; a push goes to "+devicePath+"<device token>"+tokenHint(r.conn.server.cfg.Vault, r.deviceTokenText))
	}
	return nil
}

// checkMethod requires POST.
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
func (r *request) checkMethod() *apns.Rejection {
	if r.method != pushMethod {
		return apns.Reject(apns.MethodNotAllowed, "the method is", quote(r.method)+"; a push is a POST")
	}
	return nil
}

// pushMethod is the method of pushes and broadcasts.
const pushMethod = "POST"
