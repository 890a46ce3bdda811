package provider

import (
	"strconv"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// quote quotes what a peer sent, shortened for a log line.
func quote(s string) string {
	const most = 64
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}

// checkPath requires the path of a device. A path with a query is wrong: no page gives
// one a meaning. checkTokenPresent finds an empty device token.
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
	if r.method != "POST" {
		return apns.Reject(apns.MethodNotAllowed, "the method is", quote(r.method)+"; a push is a POST")
	}
	return nil
}
