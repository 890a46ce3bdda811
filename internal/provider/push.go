package provider

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// ServeStream answers one request.
func (s *Server) ServeStream(stream *h2.Stream) {
	c, ok := s.connFor(stream)
	if !ok {
		return
	}
	if strings.HasPrefix(stream.Path, broadcastPath) {
		s.serveBroadcast(c, stream)
		return
	}
	r := &c.request
	received := s.cfg.Clock.Now()
	r.parse(stream)
	rejection := s.runChecks(r)
	c.raiseStreams(stream.Conn(), r.providerToken)
	p := r.newPush(c, rejection == nil)
	if s.cfg.Journal != nil {
		p.track(r, stream.Fields)
		s.cfg.Journal.Record(journal.Event{
			At: r.teamTime(received), Kind: journal.Received, Push: &p.notification, Track: p.envelope.Track, Device: r.claims.Device, Detail: r.journalDetail(),
		})
	}
	if c.faultsPossible(r) {
		d := &c.faultContext
		*d = faultContext{
			clock: r.clock(), stream: stream, subject: r.faultSubject(p), push: &p.notification, track: p.envelope.Track, rejection: rejection,
			idHeader: apns.HeaderID, id: p.notification.ID,
			submit: func() bool { return s.submit(p) == nil }, // a refusal is what gets lost
		}
		switch c.applyFaults(d, r.reserved) {
		case outcomeDone:
			return
		case outcomeDiscard:
			s.recordDiscarded(d)
			c.accept(stream, &p.notification)
			return
		case outcomeContinue:
			rejection = d.rejection
		}
	}
	switch {
	case rejection != nil:
	case r.ignored.undeliverable:
		s.recordUndeliverable(r, p)
	default:
		rejection = s.submit(p)
	}
	if rejection != nil {
		s.recordRejection(c, stream, r, &p.notification, p.envelope.Track, rejection)
		c.reject(stream, apns.HeaderID, p.notification.ID, rejection)
		return
	}
	c.accept(stream, &p.notification)
}

// connFor returns the connection of a request, ready to judge it, unless the
// connection is of no use.
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
		c.answerMisdirected(stream)
		return nil, false
	}
	return c, true
}

// runChecks walks the checks in their order.
func (s *Server) runChecks(r *request) *apns.Rejection {
	for r.passed = range s.checks {
		rejection := s.checks[r.passed].run(r)
		if rejection != nil {
			rejection = r.ignoreFailure(rejection)
		}
		if rejection != nil {
			return rejection
		}
	}
	r.passed++
	return nil
}

// A newPush is a notification, the envelope for its broker, and what the journal
// notes of it, in one piece of memory.
type push struct {
	notification apns.Notification
	envelope     broker.Push
	tracking     journal.Track
	request      requestRecord
}

// tracking lets the journal note what becomes of the push.
func (p *push) track(r *request, fields []hpack.HeaderField) {
	p.tracking.Headers = p.request.fill(r, fields)
	p.notification.TeamID = p.request.team(r)
	p.tracking.Push, p.tracking.Device, p.tracking.Origin = &p.notification, r.claims.Device, &p.request
	p.envelope.Track = &p.tracking
}

// newPush makes of the request what is kept of it. A refused request has as much
// in it as was found out.
func (r *request) newPush(c *conn, good bool) *push {
	p := &push{notification: apns.Notification{
		ID:          r.idHeader.value,
		TeamID:      r.teamID,
		Environment: c.env,
		Token:       apns.DeviceToken(r.deviceToken[:r.deviceTokenLen]),
		Topic:       r.topicHeader.value,
		PushType:    apns.PushType(r.pushTypeHeader.value),
		Priority:    r.effectivePriority(),
		Expiration:  r.expiration,
		CollapseID:  r.collapseIDHeader.value,
		Payload:     slices.Clone(r.body),
	}}
	if !r.idValid {
		p.notification.ID = c.ids.apnsID()
	}
	if good && c.env == apns.Sandbox {
		p.notification.UniqueID = c.ids.uniqueID()
	}
	p.envelope = broker.Push{Notification: &p.notification, To: broker.Address(r.claims.Address), Base: r.claims.Base, Gone: r.unreported}
	if r.topic != nil {
		p.envelope.Hash = r.topic.Hash
	}
	return p
}

// journalDetail is what the journal says of an unusual provider token.
func (r *request) journalDetail() string {
	switch {
	case len(r.ignored.failures) > 0:
		return "lenient mode overlooks: " + r.ignored.failures[0].detail
	case r.providerToken == nil:
		return ""
	}
	return r.providerToken.Remark
}

// recordDiscarded puts a push into the journal that is answered as if it were taken
// and goes nowhere.
func (s *Server) recordDiscarded(d *faultContext) {
	d.record(s.cfg.Journal, journal.Accepted, "", "")
	d.record(s.cfg.Journal, journal.Dropped, string(broker.DropFault), "")
}

// submit hands an accepted push over.
func (s *Server) submit(p *push) *apns.Rejection {
	return s.submitResult("push", &p.notification, s.cfg.Broker.Submit(&p.envelope))
}

// submitResult turns what the broker said of a push or a broadcast into a refusal,
// nil if it has taken it. An error that is none is our own failure, and logged.
func (s *Server) submitResult(what string, n *apns.Notification, err error) *apns.Rejection {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*apns.Rejection](err); !ok {
		s.cfg.Log.Error("provider: "+what+" could not be taken over", "apns_id", n.ID, "topic", n.Topic, "err", err)
	}
	return asRejection(err)
}

// recordRejection puts a refusal into the journal and the log.
func (s *Server) recordRejection(c *conn, stream *h2.Stream, r *request, n *apns.Notification, track *journal.Track, rejection *apns.Rejection) {
	s.cfg.Journal.Record(journal.Event{
		At: r.clock().Now(), Kind: journal.Rejected, Push: n, Track: track, Device: r.claims.Device,
		Cause: string(rejection.Reason), Detail: rejection.Detail, Refusal: rejection, Status: c.override.status,
	})
	if s.cfg.Log.Enabled(context.Background(), slog.LevelDebug) {
		s.cfg.Log.Debug("provider: push refused", "remote", stream.Conn().RemoteAddr(),
			"apns_id", n.ID, "topic", n.Topic, "reason", rejection.Reason, "err", rejection.Detail)
	}
}
