package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"net"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// Channels is where broadcast channels are and messages for them go. Its
// errors are those of [broker.Broker].
type Channels interface {
	CreateChannel(env apns.Environment, app broker.App, policy broker.StoragePolicy) (broker.Channel, error)
	Channel(env apns.Environment, app broker.App, id broker.ChannelID) (broker.Channel, bool)
	Channels(env apns.Environment, app broker.App) []broker.Channel
	DeleteChannel(env apns.Environment, app broker.App, id broker.ChannelID) bool
	Publish(p *broker.Broadcast) error
}

// ServeChannels is [Server.Serve] for channel management: "Sending channel
// management requests to APNs".
func (s *Server) ServeChannels(ctx context.Context, ln net.Listener) error {
	return s.serve(ctx, ln, channelHandler{s})
}

// A channelHandler answers the requests of channel management.
type channelHandler struct{ server *Server }

// ServeStream answers one request.
func (d channelHandler) ServeStream(stream *h2.Stream) {
	c, ok := d.server.connFor(stream)
	if !ok {
		return
	}
	r := c.readChannel(stream, managementRoutes)
	rejection := r.runChecks(managementChecks)
	c.raiseStreams(stream.Conn(), r.providerToken)
	var answer *channelAnswer
	id := r.answerID()
	if c.faultsPossible(&r.request) {
		at := &c.faultContext
		*at = faultContext{
			clock: r.clock(), stream: stream, subject: r.faultSubject(), rejection: rejection, idHeader: apns.HeaderRequestID, id: id,
			submit: func() bool { _, rejection := r.route.serve(r); return rejection == nil }, // its answer is what gets lost
		}
		switch c.applyFaults(at, nil) {
		case outcomeDone:
			return
		case outcomeDiscard: // there is no push that could get lost
		case outcomeContinue:
			rejection = at.rejection
		}
	}
	if rejection == nil {
		var err error
		answer, err = r.route.serve(r)
		rejection = asRejection(err)
	}
	log := d.server.cfg.Log.With("remote", stream.Conn().RemoteAddr(), "topic", r.bundleID)
	if rejection != nil {
		log.Debug("provider: channel request refused", "apns_id", id, "reason", rejection.Reason, "err", rejection.Detail)
		r.recordRejection(stream, rejection)
		c.reject(stream, apns.HeaderRequestID, id, rejection)
		return
	}
	log.Debug("provider: channel request", "apns_id", id, "method", r.method, "status", answer.status)
	c.answer(stream, id, answer)
}

// A channelAnswer is the good answer to a request about channels.
type channelAnswer struct {
	status int
	field  hpack.HeaderField // besides apns-request-id; without a name there is none
	body   []byte
}

// answer sends a. No field but these is documented.
func (c *conn) answer(s *h2.Stream, id string, a *channelAnswer) {
	fields := append(c.fieldBuffer[:0], idField(apns.HeaderRequestID, id))
	if a.field.Name != "" {
		fields = append(fields, a.field)
	}
	c.restoreStreams(s.Conn())
	c.send(s, a.status, a.body, fields)
}

// create makes a channel: 201, and the id in a header.
func (r *channelRequest) create() (*channelAnswer, error) {
	ch, err := r.conn.server.cfg.Channels.CreateChannel(r.conn.env, r.brokerApp(), r.policy)
	if err != nil {
		return nil, err
	}
	return &channelAnswer{status: 201, field: idField(apns.HeaderChannelID, ch.ID.String())}, nil
}

// completeSubject answers with the body that would make the channel.
func (r *channelRequest) show() (*channelAnswer, error) {
	return &channelAnswer{status: 200, body: configuration(r.channel)}, nil
}

func (r *channelRequest) delete() (*channelAnswer, error) {
	if !r.conn.server.cfg.Channels.DeleteChannel(r.conn.env, r.brokerApp(), r.channelID) {
		return nil, notRegistered(r) // another connection was faster
	}
	return &channelAnswer{status: 204}, nil
}

// list answers with the ids of all channels of the app.
func (r *channelRequest) list() (*channelAnswer, error) {
	all := struct {
		Channels []string `json:"channels"`
	}{[]string{}}
	for _, ch := range r.conn.server.cfg.Channels.Channels(r.conn.env, r.brokerApp()) {
		all.Channels = append(all.Channels, ch.ID.String())
	}
	body, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("provider: list of channels: %w", err)
	}
	return &channelAnswer{status: 200, body: body}, nil
}
