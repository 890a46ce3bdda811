package provider

import (
	"slices"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// A channelRequest is the part that a broadcast and a request of channel management
// have in common. Credentials, and headers that pushes have too, are in the embedded
// request.
type channelRequest struct {
	request
	routes []route // routes of the listener

	channelIDHeader header
	requestIDHeader header

	route     *route // nil until it is found
	bundleID  string // in the path
	channelID broker.ChannelID
	channel   broker.Channel       // the channel with channelID
	policy    broker.StoragePolicy // of a channel to create
}

// parse takes the request from its stream. Of duplicate headers the first is used,
// since there is no reason for them:
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns
func (r *channelRequest) parse(c *conn, s *h2.Stream, routes []route) {
	r.request = request{
		conn: c, stream: s, received: c.server.cfg.Clock.Now(),
		method: s.Method, path: s.Path, body: s.Body, bodyTooLarge: s.BodyTooLarge,
	}
	r.routes = routes
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
}

// header returns where the value of a header is stored, nil if it is ignored.
func (r *channelRequest) header(name string) *header {
	switch name {
	case apns.HeaderChannelID:
		return &r.channelIDHeader
	case apns.HeaderRequestID:
		return &r.requestIDHeader
	}
	return r.request.header(name)
}

// faultAttributes implements [operation].
func (r *channelRequest) faultAttributes() fault.Attributes {
	return fault.Attributes{
		Attributes: filters.Attributes{
			Space: r.teamID, Topic: r.bundleID, Channel: r.channelIDHeader.value, PushType: apns.PushType(r.pushTypeHeader.value),
			ID: r.requestIDHeader.value, Payload: r.body,
		},
		Method: r.method, Path: r.path,
	}
}

// A route is a row of the tables of requests about broadcast channels. Its path is
// prefix, bundle ID, suffix.
type route struct {
	method, prefix, suffix string
	// needsChannel says that the request names a channel, hasBody that its body
	// describes one.
	needsChannel, hasBody bool
	// serve carries out an acceptable request; nil for broadcasts.
	serve func(*channelRequest) (*channelResponse, error)
}

// match returns the bundle ID in path, and whether path belongs to the route.
func (rt *route) match(path string) (app string, ok bool) {
	rest, ok := strings.CutPrefix(path, rt.prefix)
	if !ok {
		return "", false
	}
	app, ok = strings.CutSuffix(rest, rt.suffix)
	return app, ok && app != "" && !strings.Contains(app, "/")
}

// methods lists the methods of a table, each once.
func methods(routes []route) (names []string) {
	for i := range routes {
		if !slices.Contains(names, routes[i].method) {
			names = append(names, routes[i].method)
		}
	}
	return names
}
