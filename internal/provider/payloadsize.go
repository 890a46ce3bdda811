package provider

import (
	"fmt"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
)

// checkPayload looks at the size of the body and at nothing else: "Generating a
// remote notification". The empty JSON object is not empty; Wallet sends it.
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

// payloadLimit goes by the push type, and by the topic for providers that send
// no push type; the topic may be the certificate's.
func (r *request) payloadLimit() int {
	switch {
	case r.pushType != nil:
		return r.pushType.MaxPayload
	case strings.HasSuffix(r.topicName(), voip.Suffix):
		return voip.MaxPayload
	}
	return apns.MaxPayload
}
