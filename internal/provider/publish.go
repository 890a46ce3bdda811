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
	r := c.readChannel(stream, broadcastRoutes)
	received := s.cfg.Clock.Now()
	rejection := r.runChecks(broadcastChecks)
	c.raiseStreams(stream.Conn(), r.providerToken)
	n := r.notification(r.answerID(), rejection == nil)
	var track *journal.Track
	if s.cfg.Journal != nil {
		origin := &requestRecord{broadcast: true}
		headers := origin.fill(&r.request, stream.Fields)
		n.TeamID = origin.team(&r.request)
		track = &journal.Track{Push: n, Origin: origin, Headers: headers}
		s.cfg.Journal.Record(journal.Event{At: r.teamTime(received), Kind: journal.Received, Push: n, Track: track, Detail: r.journalDetail()})
	}
	if c.faultsPossible(&r.request) {
		d := &c.faultContext
		*d = faultContext{
			clock: r.clock(), stream: stream, subject: r.faultSubject(), push: n, track: track, rejection: rejection,
			idHeader: apns.HeaderRequestID, id: n.ID,
			submit: func() bool { return s.broadcast(r.broadcast(n, track)) == nil }, // a refusal is what gets lost
		}
		switch c.applyFaults(d, nil) {
		case outcomeDone:
			return
		case outcomeDiscard:
			s.recordDiscarded(d)
			c.answer(stream, n.ID, &channelAnswer{status: 200, field: idField(apns.HeaderUniqueID, n.UniqueID)})
			return
		case outcomeContinue:
			rejection = d.rejection
		}
	}
	if rejection == nil {
		rejection = s.broadcast(r.broadcast(n, track))
	}
	if rejection != nil {
		s.recordRejection(c, stream, &r.request, n, track, rejection)
		c.reject(stream, apns.HeaderRequestID, n.ID, rejection)
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
		Channel:     r.channelIDHeader.value,
		Topic:       r.bundleID,
		PushType:    apns.PushType(r.pushTypeHeader.value),
		Priority:    r.effectivePriority(),
		Expiration:  r.expiration,
		Payload:     slices.Clone(r.body),
	}
	if good {
		n.UniqueID, n.PushType = r.conn.ids.uniqueID(), apns.LiveActivity
	}
	return n
}

func (r *channelRequest) broadcast(n *apns.Notification, track *journal.Track) *broker.Broadcast {
	return &broker.Broadcast{Notification: n, App: r.brokerApp(), Channel: r.channelID, Track: track}
}

// faultSubject is what faults see of a request about channels.
func (r *channelRequest) faultSubject() fault.Subject {
	return fault.Subject{
		Subject: filters.Subject{
			Space: r.teamID, Topic: r.bundleID, Channel: r.channelIDHeader.value, PushType: apns.PushType(r.pushTypeHeader.value),
			ID: r.requestIDHeader.value, Payload: r.body,
		},
		Method: r.method, Path: r.path,
	}
}

// broadcast hands an accepted broadcast over.
func (s *Server) broadcast(p *broker.Broadcast) *apns.Rejection {
	return s.submitResult("broadcast", p.Notification, s.cfg.Channels.Publish(p))
}
