package provider

import (
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// broadcastPath stands before the bundle ID in the path of a broadcast.
// https://developer.apple.com/documentation/usernotifications/sending-broadcast-push-notification-requests-to-apns
const broadcastPath = "/4/broadcasts/apps/"

// broadcastRoutes are the routes of broadcasts.
var broadcastRoutes = []route{
	{"POST", broadcastPath, "", true, false, nil},
}

// A broadcastRequest is a broadcast on its way through the pipeline.
type broadcastRequest struct{ channelRequest }

func (c *conn) readBroadcast(stream *h2.Stream) *broadcastRequest {
	b := new(broadcastRequest)
	b.parse(c, stream, broadcastRoutes)
	return b
}

// check implements [operation].
func (b *broadcastRequest) check() *apns.Rejection { return b.runChecks(broadcastChecks) }

// receive implements [operation].
func (b *broadcastRequest) receive(passed bool) {
	b.assignID()
	b.notification = b.newNotification(passed)
	if b.conn.server.cfg.Journal == nil {
		return
	}
	record := &requestRecord{broadcast: true}
	headers := record.fill(&b.request)
	b.trace = &journal.Trace{Push: b.notification, Request: record, Headers: headers}
	b.recordReceived()
}

// newNotification makes the notification from the request. Unlike pushes,
// broadcasts have an apns-unique-id in either environment.
func (b *broadcastRequest) newNotification(passed bool) *apns.Notification {
	n := &apns.Notification{
		ID:          b.responseID,
		TeamID:      b.teamID,
		Environment: b.conn.env,
		Channel:     b.channelIDHeader.value,
		Topic:       b.bundleID,
		PushType:    apns.PushType(b.pushTypeHeader.value),
		Priority:    b.priorityOrDefault(),
		Expiration:  b.expiration,
		Payload:     slices.Clone(b.body),
	}
	if passed {
		n.UniqueID, n.PushType = b.conn.ids.uniqueID(), apns.LiveActivity
	}
	return n
}

// submit implements [operation].
func (b *broadcastRequest) submit() *apns.Rejection {
	return b.conn.server.publish(&broker.Broadcast{Notification: b.notification, App: b.brokerApp(), Channel: b.channelID, Trace: b.trace})
}

// publish hands an accepted broadcast to the channels.
func (s *Server) publish(p *broker.Broadcast) *apns.Rejection {
	return s.submitResult("broadcast", p.Notification, s.cfg.Channels.Publish(p))
}

// accept implements [operation].
func (b *broadcastRequest) accept() {
	b.conn.accept(&b.request, 200, idField(apns.HeaderUniqueID, b.notification.UniqueID), nil)
}
