package provider

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// checkPayload requires a body within the limit and looks at nothing else of it. The
// empty JSON object is valid; Wallet sends it.
// https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification
func (r *request) checkPayload() *apns.Rejection {
	if len(r.body) == 0 {
		return apns.Reject(apns.PayloadEmpty, "the request has no body; the smallest payload is {}")
	}
	if limit := r.payloadLimit(); r.bodyTooLarge || len(r.body) > limit {
		return apns.Reject(apns.PayloadTooLarge, fmt.Sprintf("the payload has more than %d bytes", limit))
	}
	return nil
}

var voip = apns.LookupPushType(apns.VoIP)

// payloadLimit depends on the push type, or without one on the topic, which may be
// that of the certificate.
func (r *request) payloadLimit() int {
	switch {
	case r.pushType != nil:
		return r.pushType.MaxPayload
	case strings.HasSuffix(r.topicName(), voip.Suffix):
		return voip.MaxPayload
	}
	return apns.MaxPayload
}

func (r *channelRequest) checkBroadcastPayload() *apns.Rejection {
	switch {
	case len(r.body) == 0:
		return apns.Reject(apns.PayloadEmpty, "the request has no body")
	case r.bodyTooLarge || len(r.body) > apns.MaxBroadcastPayload:
		return apns.Reject(apns.PayloadTooLarge, fmt.Sprintf("the body has more than %d bytes", apns.MaxBroadcastPayload))
	case !json.Valid(r.body):
		return apns.Reject(apns.BadRequestPayload, "the body is not JSON")
	}
	return nil
}
