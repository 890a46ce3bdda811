package provider

import (
	"slices"

	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// A pushRequest is a push on its way through the pipeline. Its connection uses it
// again for the next one.
type pushRequest struct {
	request
	push *push // set by receive
}

// A push is what outlives the request: the notification, what the broker gets,
// and what the journal keeps, in one allocation.
type push struct {
	notification apns.Notification
	brokerPush   broker.Push
	trace        journal.Trace
	record       requestRecord
}

// check implements [operation]. With Config.AcceptUnknown some failures are ignored.
func (p *pushRequest) check() *apns.Rejection {
	checks := p.conn.server.checks
	for p.passed = range checks {
		rejection := checks[p.passed].run(&p.request)
		if rejection != nil {
			rejection = p.ignoreFailure(rejection)
		}
		if rejection != nil {
			return rejection
		}
	}
	p.passed++
	return nil
}

// receive implements [operation].
func (p *pushRequest) receive(passed bool) {
	p.newPush(passed)
	if p.conn.server.cfg.Journal == nil {
		return
	}
	t := &p.push.trace
	t.Headers = p.push.record.fill(&p.request)
	t.Push, t.Device, t.Request = p.notification, p.claims.Device, &p.push.record
	p.push.brokerPush.Trace, p.trace = t, t
	p.recordReceived()
}

// newPush makes the push from the request. Of a rejected request it has what was
// found out until then.
func (p *pushRequest) newPush(passed bool) {
	p.assignID()
	c := p.conn
	made := &push{notification: apns.Notification{
		ID:          p.responseID,
		TeamID:      p.teamID,
		Environment: c.env,
		Token:       apns.DeviceToken(p.deviceToken[:p.deviceTokenLen]),
		Topic:       p.topicHeader.value,
		PushType:    apns.PushType(p.pushTypeHeader.value),
		Priority:    p.priorityOrDefault(),
		Expiration:  p.expiration,
		CollapseID:  p.collapseIDHeader.value,
		Payload:     slices.Clone(p.body),
	}}
	if passed {
		made.notification.UniqueID = c.newUniqueID()
	}
	made.brokerPush = broker.Push{Notification: &made.notification, To: broker.Address(p.claims.Address), Base: p.claims.Base, Unreported: p.unreported}
	if p.topic != nil {
		made.brokerPush.Hash = p.topic.Hash
	}
	p.push, p.notification = made, &made.notification
}

// faultAttributes implements [operation].
func (p *pushRequest) faultAttributes() fault.Attributes {
	n := p.notification
	return fault.Attributes{
		Attributes: filters.Attributes{
			Space: n.TeamID, Topic: n.Topic, Token: n.Token, Device: p.claims.Device, Channel: n.Channel,
			PushType: n.PushType, Priority: n.Priority, CollapseID: n.CollapseID, ID: n.ID, Payload: n.Payload,
		},
		Method: p.method, Path: p.path,
	}
}

// submit implements [operation].
func (p *pushRequest) submit() *apns.Rejection {
	if p.ignored.undeliverable {
		p.recordUndeliverable()
		return nil
	}
	s := p.conn.server
	return s.submitResult("push", p.notification, s.cfg.Broker.Submit(&p.push.brokerPush, &p.conn.storing))
}

// accept implements [operation].
func (p *pushRequest) accept() {
	if !p.conn.respondWhenStored(p.stream) {
		p.respond()
	}
}

// respond responds to an accepted push: 200 without a body, with the apns-id and in the
// sandbox the apns-unique-id; no other field was observed.
// https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns
func (p *pushRequest) respond() {
	var unique hpack.HeaderField
	if p.notification.UniqueID != "" {
		unique = idField(apns.HeaderUniqueID, p.notification.UniqueID)
	}
	p.conn.accept(&p.request, 200, unique, nil)
}
