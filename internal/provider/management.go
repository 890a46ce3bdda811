package provider

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Channels has the broadcast channels and takes messages for them. Its errors are
// those of [broker.Broker].
type Channels interface {
	CreateChannel(env apns.Environment, app broker.App, policy broker.StoragePolicy) (broker.Channel, error)
	Channel(env apns.Environment, app broker.App, id broker.ChannelID) (broker.Channel, bool)
	Channels(env apns.Environment, app broker.App) []broker.Channel
	DeleteChannel(env apns.Environment, app broker.App, id broker.ChannelID) bool
	Publish(p *broker.Broadcast) error
}

// ServeChannels is [Server.Serve] for channel management.
// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
func (s *Server) ServeChannels(ctx context.Context, ln net.Listener) error {
	return s.serve(ctx, ln, channelHandler{s})
}

// A channelHandler is the [h2.Handler] of channel management; see pipeline.go.
type channelHandler struct{ server *Server }

// managementRoutes are the routes of channel management.
// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
var managementRoutes = []route{
	{"POST", "/1/apps/", "/channels", false, true, (*channelRequest).create},
	{"GET", "/1/apps/", "/channels", true, false, (*channelRequest).show},
	{"DELETE", "/1/apps/", "/channels", true, false, (*channelRequest).delete},
	{"GET", "/1/apps/", "/all-channels", false, false, (*channelRequest).list},
}

// A managementRequest is a request of channel management on its way through the
// pipeline.
type managementRequest struct {
	channelRequest
	response *channelResponse // set by submit
}

// A channelResponse is the response to an accepted request of channel management.
type channelResponse struct {
	status int
	field  hpack.HeaderField // besides apns-request-id; without a name there is none
	body   []byte
}

func (c *conn) readManagement(stream *h2.Stream) *managementRequest {
	m := new(managementRequest)
	m.parse(c, stream, managementRoutes)
	return m
}

// check implements [operation].
func (m *managementRequest) check() *apns.Rejection { return m.runChecks(managementChecks) }

// receive implements [operation]. The journal has no events of channel management
// but faults and failures.
func (m *managementRequest) receive(bool) { m.assignID() }

// submit implements [operation]. It does what the route of the request says.
func (m *managementRequest) submit() *apns.Rejection {
	var err error
	m.response, err = m.route.serve(&m.channelRequest)
	return asRejection(err)
}

// recordRejection implements [operation].
func (m *managementRequest) recordRejection(rejection *apns.Rejection) {
	m.log().Debug("provider: channel request rejected", "apns_id", m.responseID, "reason", rejection.Reason, "err", rejection.Detail)
	m.conn.server.recordFailure(m.conn.record, failureOf(m.stream), journal.Event{
		Cause: string(rejection.Reason), Detail: rejection.Detail, Rejection: rejection,
		Status: cmp.Or(m.conn.override.status, rejection.Reason.Status()),
	})
}

// accept implements [operation].
func (m *managementRequest) accept() {
	a := m.response
	m.log().Debug("provider: channel request", "apns_id", m.responseID, "method", m.method, "status", a.status)
	m.conn.accept(&m.request, a.status, a.field, a.body)
}

func (m *managementRequest) log() *slog.Logger {
	return m.conn.server.cfg.Log.With("remote", m.stream.Conn().RemoteAddr(), "topic", m.bundleID)
}

// create answers 201 with the ID of the new channel in a header.
func (r *channelRequest) create() (*channelResponse, error) {
	ch, err := r.conn.server.cfg.Channels.CreateChannel(r.conn.env, r.brokerApp(), r.policy)
	if err != nil {
		return nil, err
	}
	return &channelResponse{status: 201, field: idField(apns.HeaderChannelID, ch.ID.String())}, nil
}

// show answers with the body that would create the channel.
func (r *channelRequest) show() (*channelResponse, error) {
	return &channelResponse{status: 200, body: configuration(r.channel)}, nil
}

func (r *channelRequest) delete() (*channelResponse, error) {
	if !r.conn.server.cfg.Channels.DeleteChannel(r.conn.env, r.brokerApp(), r.channelID) {
		return nil, notRegistered(r) // another connection was faster
	}
	return &channelResponse{status: 204}, nil
}

// list answers with the IDs of all channels of the app.
func (r *channelRequest) list() (*channelResponse, error) {
	all := struct {
		Channels []string `json:"channels"`
	}{[]string{}}
	for _, ch := range r.conn.server.cfg.Channels.Channels(r.conn.env, r.brokerApp()) {
		all.Channels = append(all.Channels, ch.ID.String())
	}
	body, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("list of channels: %w", err)
	}
	return &channelResponse{status: 200, body: body}, nil
}
