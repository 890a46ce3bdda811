package provider

import (
	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// A channelRequest is a request about broadcast channels on its way through
// the checks: a broadcast, or one of channel management. The credentials and
// the headers that a push has as well are those of the embedded request.
type channelRequest struct {
	request
	routes []route // those of the listener

	channelIDHeader header
	requestIDHeader header

	route     *route // of routes; nil until it is found
	bundleID  string // the bundle ID in the path
	channelID broker.ChannelID
	channel   broker.Channel       // the one of that name
	policy    broker.StoragePolicy // of a channel to be made
}

// readChannel takes over what the provider has written. Where a header occurs
// twice, the first counts: "Handling error responses from APNs" has no reason
// for it.
func (c *conn) readChannel(s *h2.Stream, routes []route) *channelRequest {
	r := &channelRequest{
		request: request{conn: c, method: s.Method, path: s.Path, body: s.Body, bodyTooLarge: s.BodyTooLarge},
		routes:  routes,
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if h := r.header(f.Name); h != nil && !h.present {
			*h = header{f.Value, true}
		}
	}
	// One of Apple's samples of a broadcast has apns-id in the place of
	// apns-request-id.
	if !r.requestIDHeader.present {
		r.requestIDHeader = r.idHeader
	}
	r.idValid = r.requestIDHeader.present && validID(r.requestIDHeader.value)
	return r
}

// header returns where the value of a header goes, nil if it is of no interest.
func (r *channelRequest) header(name string) *header {
	switch name {
	case apns.HeaderChannelID:
		return &r.channelIDHeader
	case apns.HeaderRequestID:
		return &r.requestIDHeader
	}
	return r.request.header(name)
}

// answerID is the apns-request-id of the answer: the provider's, or a new one.
func (r *channelRequest) answerID() string {
	if r.idValid {
		return r.requestIDHeader.value
	}
	return r.conn.ids.apnsID()
}
