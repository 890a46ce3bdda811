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
	return s.serve(ctx, ln, channelListener{s})
}

// A channelListener answers the requests of channel management.
type channelListener struct{ server *Server }

// ServeStream answers one request.
func (d channelListener) ServeStream(stream *h2.Stream) {
	c, ok := d.server.greet(stream)
	if !ok {
		return
	}
	r := c.readChannel(stream, managementRoutes)
	refusal := r.judge(managementChecks)
	c.raiseStreams(stream.Conn(), r.signed)
	var answer *channelAnswer
	id := r.answerID()
	if c.faulty(&r.request) {
		at := &c.dealing
		*at = dealing{
			clock: r.clock(), stream: stream, subject: r.subject(), refusal: refusal, idHeader: apns.HeaderRequestID, id: id,
			take: func() bool { _, refusal := r.route.serve(r); return refusal == nil }, // its answer is what gets lost
		}
		switch c.misbehave(at, nil) {
		case ended:
			return
		case pretend: // there is no push that could get lost
		case goOn:
			refusal = at.refusal
		}
	}
	if refusal == nil {
		var err error
		answer, err = r.route.serve(r)
		refusal = rejection(err)
	}
	log := d.server.cfg.Log.With("remote", stream.Conn().RemoteAddr(), "topic", r.app)
	if refusal != nil {
		log.Debug("provider: channel request refused", "apns_id", id, "reason", refusal.Reason, "err", refusal.Detail)
		r.recordRefusal(stream, refusal)
		c.refuse(stream, apns.HeaderRequestID, id, refusal)
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
	fields := append(c.fields[:0], idField(apns.HeaderRequestID, id))
	if a.field.Name != "" {
		fields = append(fields, a.field)
	}
	c.restoreStreams(s.Conn())
	c.send(s, a.status, a.body, fields)
}

// create makes a channel: 201, and the id in a header.
func (r *channelRequest) create() (*channelAnswer, error) {
	ch, err := r.conn.server.cfg.Channels.CreateChannel(r.conn.env, r.home(), r.policy)
	if err != nil {
		return nil, err
	}
	return &channelAnswer{status: 201, field: idField(apns.HeaderChannelID, ch.ID.String())}, nil
}

// describe answers with the body that would make the channel.
func (r *channelRequest) describe() (*channelAnswer, error) {
	return &channelAnswer{status: 200, body: configuration(r.channel)}, nil
}

func (r *channelRequest) remove() (*channelAnswer, error) {
	if !r.conn.server.cfg.Channels.DeleteChannel(r.conn.env, r.home(), r.channelName) {
		return nil, notRegistered(r) // another connection was faster
	}
	return &channelAnswer{status: 204}, nil
}

// list answers with the ids of all channels of the app.
func (r *channelRequest) list() (*channelAnswer, error) {
	all := struct {
		Channels []string `json:"channels"`
	}{[]string{}}
	for _, ch := range r.conn.server.cfg.Channels.Channels(r.conn.env, r.home()) {
		all.Channels = append(all.Channels, ch.ID.String())
	}
	body, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("provider: list of channels: %w", err)
	}
	return &channelAnswer{status: 200, body: body}, nil
}
