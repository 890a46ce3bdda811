package provider

import "github.com/apns-sim/apns-sim/apns"

// assignID gives the response the apns-request-id of the request, or a new one.
func (r *channelRequest) assignID() {
	r.responseIDHeader, r.responseID = apns.HeaderRequestID, r.requestIDHeader.value
	if !r.idValid {
		r.responseID = r.conn.ids.apnsID()
	}
}

func (r *channelRequest) checkRequestID() *apns.Rejection {
	if r.requestIDHeader.present && !r.idValid {
		return apns.Reject(apns.BadMessageId, "the id of the request is", quote(r.requestIDHeader.value)+", not a UUID of the form 8-4-4-4-12")
	}
	return nil
}
