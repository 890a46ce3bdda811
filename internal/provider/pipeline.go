package provider

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// An operation is what a request asks for: a push (push.go), a broadcast
// (broadcast.go) or a request of channel management (management.go). Its methods
// are the stages of the pipeline in which the three differ.
type operation interface {
	// check authenticates the request and runs the other checks, in the order of
	// the list of checks. The first that fails decides the reason.
	check() *apns.Rejection
	// receive assigns the ID of the response, and records the request in the journal
	// if it is a push or a broadcast. passed says that no check has failed.
	receive(passed bool)
	// faultAttributes returns what fault rules may select the request by.
	faultAttributes() fault.Attributes
	// submit carries out an acceptable request.
	submit() *apns.Rejection
	// recordRejection records the request as rejected, in the journal and the log.
	recordRejection(rejection *apns.Rejection)
	// accept responds to a request that was carried out.
	accept()
}

// ServeStream responds to a push or a broadcast. It implements [h2.Handler].
func (s *Server) ServeStream(stream *h2.Stream) {
	c, ok := s.connFor(stream)
	if !ok {
		return
	}
	if strings.HasPrefix(stream.Path, broadcastPath) {
		b := c.readBroadcast(stream)
		c.serve(&b.request, b)
		return
	}
	c.push.parse(stream)
	c.serve(&c.push.request, &c.push)
}

// ServeStream responds to a request of channel management. It implements [h2.Handler].
func (h channelHandler) ServeStream(stream *h2.Stream) {
	c, ok := h.server.connFor(stream)
	if !ok {
		return
	}
	m := c.readManagement(stream)
	c.serve(&m.request, m)
}

// connFor returns the connection of a request, prepared for it. It reports false
// if the state of the connection determines the response, which has then been sent.
func (s *Server) connFor(stream *h2.Stream) (*conn, bool) {
	c := stream.Conn().Data().(*conn)
	if !c.started {
		c.start(stream.Authority)
	}
	if c.wrongEnvironment() {
		c.rejectEnvironment(stream)
		return nil, false
	}
	c.countRequest(stream.Conn())
	c.override = responseOverride{}
	c.revertFaults()
	if c.misdirected(stream.Authority) {
		c.respondMisdirected(stream)
		return nil, false
	}
	return c, true
}

// serve runs the stages of the pipeline after parse, in the order of the package comment.
// r is the part of op that all operations have.
func (c *conn) serve(r *request, op operation) {
	rejection := op.check()
	c.raiseStreams(r.stream.Conn(), r.providerToken)
	op.receive(rejection == nil)

	next := outcomeContinue
	if r.reserved != nil || c.server.cfg.Faults.Any(fault.AtRequest) {
		rejection, next = c.applyFaults(r, op, rejection)
	}
	switch {
	case next == outcomeDone:
		return
	case next == outcomeDiscard:
		r.recordDiscarded()
	case rejection == nil:
		rejection = op.submit()
	}

	if rejection != nil {
		op.recordRejection(rejection)
		c.reject(r, rejection)
		return
	}
	op.accept()
}

// submitResult returns the broker's error about a push or a broadcast as a
// rejection; nil if it has accepted it. Another kind of error is our own failure,
// and logged.
func (s *Server) submitResult(what string, n *apns.Notification, err error) *apns.Rejection {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*apns.Rejection](err); !ok {
		s.cfg.Log.Error("provider: the broker failed to accept a "+what, "apns_id", n.ID, "topic", n.Topic, "err", err)
	}
	return asRejection(err)
}

// record writes an event about the request to the journal.
func (r *request) record(e journal.Event) {
	e.At, e.Push, e.Trace, e.Device = r.clock().Now(), r.notification, r.trace, r.claims.Device
	r.conn.server.cfg.Journal.Record(e)
}

// recordReceived writes the first event about the request to the journal. Its time
// is when the request was read, by the clock of the team, which is known only now.
func (r *request) recordReceived() {
	cfg := &r.conn.server.cfg
	e := journal.Event{Kind: journal.Received, At: r.received, Push: r.notification, Trace: r.trace, Device: r.claims.Device}
	if r.space != nil {
		e.At = e.At.Add(r.clock().Offset() - cfg.Clock.Offset())
	}
	switch {
	case len(r.ignored.failures) > 0:
		e.Detail = "ignored because of --accept-unknown: " + r.ignored.failures[0].detail
	case r.providerToken != nil:
		e.Detail = r.providerToken.Remark
	}
	cfg.Journal.Record(e)
}

// recordDiscarded records a push or a broadcast that is answered as accepted and,
// by a fault, not submitted.
func (r *request) recordDiscarded() {
	r.record(journal.Event{Kind: journal.Accepted})
	r.record(journal.Event{Kind: journal.Dropped, Cause: string(broker.DropFault)})
}

// recordRejection records a rejected push or broadcast in the journal and the log.
func (r *request) recordRejection(rejection *apns.Rejection) {
	r.record(journal.Event{
		Kind: journal.Rejected, Cause: string(rejection.Reason), Detail: rejection.Detail,
		Rejection: rejection, Status: r.conn.override.status,
	})
	log := r.conn.server.cfg.Log
	if log.Enabled(context.Background(), slog.LevelDebug) {
		log.Debug("provider: push rejected", "remote", r.stream.Conn().RemoteAddr(),
			"apns_id", r.notification.ID, "topic", r.notification.Topic, "reason", rejection.Reason, "err", rejection.Detail)
	}
}
