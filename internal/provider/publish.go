package provider

import (
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// serveBroadcast answers a broadcast: "Sending broadcast push notification
// requests to APNs".
func (s *Server) serveBroadcast(c *conn, stream *h2.Stream) {
	r := c.readChannel(stream, publishRoutes)
	came := s.cfg.Clock.Now()
	refusal := r.judge(publishChecks)
	c.raiseStreams(stream.Conn(), r.signed)
	n := r.notification(r.answerID(), refusal == nil)
	var track *journal.Track
	if s.cfg.Journal != nil {
		origin := &arrival{channel: true}
		headers := origin.take(&r.request, stream.Fields)
		n.TeamID = origin.team(&r.request)
		track = &journal.Track{Push: n, Origin: origin, Headers: headers}
		s.cfg.Journal.Record(journal.Event{At: r.inItsTime(came), Kind: journal.Received, Push: n, Track: track, Detail: r.remark()})
	}
	if c.faulty(&r.request) {
		d := &c.dealing
		*d = dealing{
			clock: r.clock(), stream: stream, subject: r.subject(), push: n, track: track, refusal: refusal,
			idHeader: apns.HeaderRequestID, id: n.ID,
			take: func() bool { return s.broadcast(r.broadcast(n, track)) == nil }, // a refusal is what gets lost
		}
		switch c.misbehave(d, nil) {
		case ended:
			return
		case pretend:
			s.recordDiscarded(d)
			c.answer(stream, n.ID, &channelAnswer{status: 200, field: idField(apns.HeaderUniqueID, n.UniqueID)})
			return
		case goOn:
			refusal = d.refusal
		}
	}
	if refusal == nil {
		refusal = s.broadcast(r.broadcast(n, track))
	}
	if refusal != nil {
		s.noteRefusal(c, stream, &r.request, n, track, refusal)
		c.refuse(stream, apns.HeaderRequestID, n.ID, refusal)
		return
	}
	c.answer(stream, n.ID, &channelAnswer{status: 200, field: idField(apns.HeaderUniqueID, n.UniqueID)})
}

// notification makes of a broadcast what is kept of it. Unlike pushes,
// broadcasts have an apns-unique-id in either environment.
func (r *channelRequest) notification(id string, good bool) *apns.Notification {
	n := &apns.Notification{
		ID:          id,
		TeamID:      r.teamID,
		Environment: r.conn.env,
		Channel:     r.channelID.value,
		Topic:       r.app,
		PushType:    apns.PushType(r.pushType.value),
		Priority:    r.effectivePriority(),
		Expiration:  r.until,
		Payload:     slices.Clone(r.body),
	}
	if good {
		n.UniqueID, n.PushType = r.conn.ids.uniqueID(), apns.LiveActivity
	}
	return n
}

func (r *channelRequest) broadcast(n *apns.Notification, track *journal.Track) *broker.Broadcast {
	return &broker.Broadcast{Notification: n, App: r.home(), Channel: r.channelName, Track: track}
}

// subject is what faults see of a request about channels.
func (r *channelRequest) subject() fault.Subject {
	return fault.Subject{
		Subject: filters.Subject{
			Space: r.teamID, Topic: r.app, Channel: r.channelID.value, PushType: apns.PushType(r.pushType.value),
			ID: r.requestID.value, Payload: r.body,
		},
		Method: r.method, Path: r.path,
	}
}

// broadcast hands an accepted broadcast over.
func (s *Server) broadcast(p *broker.Broadcast) *apns.Rejection {
	return s.handedOver("broadcast", p.Notification, s.cfg.Channels.Publish(p))
}
