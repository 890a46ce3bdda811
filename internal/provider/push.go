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
	c, ok := s.greet(stream)
	if !ok {
		return
	}
	if strings.HasPrefix(stream.Path, broadcastPath) {
		s.serveBroadcast(c, stream)
		return
	}
	r := &c.request
	came := s.cfg.Clock.Now()
	r.read(stream)
	refusal := s.judge(r)
	c.raiseStreams(stream.Conn(), r.signed)
	p := r.push(c, refusal == nil)
	if s.cfg.Journal != nil {
		p.follow(r, stream.Fields)
		s.cfg.Journal.Record(journal.Event{
			At: r.inItsTime(came), Kind: journal.Received, Push: &p.notification, Track: p.envelope.Track, Device: r.claims.Device, Detail: r.remark(),
		})
	}
	if c.faulty(r) {
		d := &c.dealing
		*d = dealing{
			clock: r.clock(), stream: stream, subject: r.pushSubject(p), push: &p.notification, track: p.envelope.Track, refusal: refusal,
			idHeader: apns.HeaderID, id: p.notification.ID,
			take: func() bool { return s.submit(p) == nil }, // a refusal is what gets lost
		}
		switch c.misbehave(d, r.reserved) {
		case ended:
			return
		case pretend:
			s.recordDiscarded(d)
			c.accept(stream, &p.notification)
			return
		case goOn:
			refusal = d.refusal
		}
	}
	switch {
	case refusal != nil:
	case r.pardon.nowhere:
		s.recordNowhere(r, p)
	default:
		refusal = s.submit(p)
	}
	if refusal != nil {
		s.noteRefusal(c, stream, r, &p.notification, p.envelope.Track, refusal)
		c.refuse(stream, apns.HeaderID, p.notification.ID, refusal)
		return
	}
	c.accept(stream, &p.notification)
}

// greet returns the connection of a request, ready to judge it, unless the
// connection is of no use.
func (s *Server) greet(stream *h2.Stream) (*conn, bool) {
	c := stream.Conn().Data().(*conn)
	if !c.begun {
		c.begin(stream.Authority)
	}
	if c.wrongEnvironment() {
		c.dismiss(stream)
		return nil, false
	}
	c.countRequest(stream.Conn())
	c.twist = twist{}
	c.heal()
	if c.misdirected(stream.Authority) {
		c.redirect(stream)
		return nil, false
	}
	return c, true
}

// judge walks the checks in their order.
func (s *Server) judge(r *request) *apns.Rejection {
	for r.passed = range s.checks {
		refusal := s.checks[r.passed].run(r)
		if refusal != nil {
			refusal = r.overlook(refusal)
		}
		if refusal != nil {
			return refusal
		}
	}
	r.passed++
	return nil
}

// A push is a notification, the envelope for its broker, and what the journal
// notes of it, in one piece of memory.
type push struct {
	notification apns.Notification
	envelope     broker.Push
	track        journal.Track
	arrival      arrival
}

// follow lets the journal note what becomes of the push.
func (p *push) follow(r *request, fields []hpack.HeaderField) {
	p.track.Headers = p.arrival.take(r, fields)
	p.notification.TeamID = p.arrival.team(r)
	p.track.Push, p.track.Device, p.track.Origin = &p.notification, r.claims.Device, &p.arrival
	p.envelope.Track = &p.track
}

// push makes of the request what is kept of it. A refused request has as much
// in it as was found out.
func (r *request) push(c *conn, good bool) *push {
	p := &push{notification: apns.Notification{
		ID:          r.id.value,
		TeamID:      r.teamID,
		Environment: c.env,
		Token:       apns.DeviceToken(r.token[:r.tokenLen]),
		Topic:       r.topic.value,
		PushType:    apns.PushType(r.pushType.value),
		Priority:    r.effectivePriority(),
		Expiration:  r.until,
		CollapseID:  r.collapseID.value,
		Payload:     slices.Clone(r.body),
	}}
	if !r.idValid {
		p.notification.ID = c.ids.apnsID()
	}
	if good && c.env == apns.Sandbox {
		p.notification.UniqueID = c.ids.uniqueID()
	}
	p.envelope = broker.Push{Notification: &p.notification, To: broker.Address(r.claims.Address), Base: r.claims.Base, Gone: r.gone}
	if r.target != nil {
		p.envelope.Hash = r.target.Hash
	}
	return p
}

// remark is what the journal says of an unusual provider token.
func (r *request) remark() string {
	switch {
	case len(r.pardon.overlooked) > 0:
		return "lenient mode overlooks: " + r.pardon.overlooked[0].why
	case r.signed == nil:
		return ""
	}
	return r.signed.Remark
}

// recordDiscarded puts a push into the journal that is answered as if it were taken
// and goes nowhere.
func (s *Server) recordDiscarded(d *dealing) {
	d.record(s.cfg.Journal, journal.Accepted, "", "")
	d.record(s.cfg.Journal, journal.Dropped, string(broker.DropFault), "")
}

// submit hands an accepted push over.
func (s *Server) submit(p *push) *apns.Rejection {
	return s.handedOver("push", &p.notification, s.cfg.Broker.Submit(&p.envelope))
}

// handedOver turns what the broker said of a push or a broadcast into a refusal,
// nil if it has taken it. An error that is none is our own failure, and logged.
func (s *Server) handedOver(what string, n *apns.Notification, err error) *apns.Rejection {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*apns.Rejection](err); !ok {
		s.cfg.Log.Error("provider: "+what+" could not be taken over", "apns_id", n.ID, "topic", n.Topic, "err", err)
	}
	return rejection(err)
}

// noteRefusal puts a refusal into the journal and the log.
func (s *Server) noteRefusal(c *conn, stream *h2.Stream, r *request, n *apns.Notification, track *journal.Track, refusal *apns.Rejection) {
	s.cfg.Journal.Record(journal.Event{
		At: r.clock().Now(), Kind: journal.Rejected, Push: n, Track: track, Device: r.claims.Device,
		Cause: string(refusal.Reason), Detail: refusal.Detail, Refusal: refusal, Status: c.twist.status,
	})
	if s.cfg.Log.Enabled(context.Background(), slog.LevelDebug) {
		s.cfg.Log.Debug("provider: push refused", "remote", stream.Conn().RemoteAddr(),
			"apns_id", n.ID, "topic", n.Topic, "reason", refusal.Reason, "err", refusal.Detail)
	}
}
