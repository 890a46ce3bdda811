package device

import (
	"bytes"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// maxAcks is how many bytes of acknowledgements may gather before they are sent.
const maxAcks = 8 << 10

// receive takes one notification: it decides on the status, acknowledges, and hands
// what was delivered to the app.
func (s *session) receive(f courier.Frame) error {
	m, d := &s.note, s.d
	if err := f.Parse(m); err != nil {
		return fmt.Errorf("read notification: %w", err)
	}
	v := d.classify(m)
	var n Notification
	if v.status == courier.AckDelivered {
		n = v.notification(m)
		if d.cfg.Ack != nil {
			v.status = d.cfg.Ack(n)
		}
	}
	s.ack(m, v)
	if v.status != courier.AckDelivered {
		d.emit(Event{Kind: EventNotificationRejected, Topic: v.topic, Token: apns.DeviceToken(m.Token), Status: v.status})
		return nil
	}
	d.remember(&v)
	d.nextQueue.put(n)
	d.emit(Event{Kind: EventNotification, Topic: n.Topic, Channel: n.Channel, Token: n.DeviceToken, Notification: n, Status: v.status})
	return nil
}

// An ackDecision is how the device acknowledges a notification.
type ackDecision struct {
	status uint8
	topic  string           // "" if the device does not know it
	token  apns.DeviceToken // the one it was sent to, if delivered
	key    notificationKey

	// Of a message to a channel.
	subscription *subscription
	checkpoint   uint64
}

// classify decides how a notification is acknowledged. The app's token may be unknown
// while the request for it is out: what was stored for a token of an earlier run can
// overtake the response.
//
// observed: apsd, for the statuses and for what makes a duplicate.
func (d *Device) classify(m *courier.Notification) ackDecision {
	d.mu.Lock()
	defer d.mu.Unlock()
	if m.Origin != nil {
		return d.classifyBroadcastLocked(m)
	}
	a := d.apps.find(m.Topic)
	switch {
	case a == nil && m.Flags&courier.FlagValidityCheck != 0:
		return ackDecision{status: courier.AckTokenRemoved}
	case a == nil:
		return ackDecision{status: courier.AckUnknownTopic}
	}
	v := ackDecision{topic: a.topic, key: notificationKey{topic: a.hash, timestamp: m.Timestamp}}
	if a.list == ListIgnored {
		v.status = courier.AckIgnoredTopic
		return v
	}
	switch {
	case len(m.Token) == 0:
		v.status = courier.AckNoRecipient
		return v
	case string(m.Token) == string(a.token):
		v.token = a.token
	case string(m.Token) == string(d.base):
		v.token, v.key.base = d.base, true
	case a.token == "":
		v.token = apns.DeviceToken(m.Token)
	default:
		v.status = courier.AckNoRecipient
		return v
	}
	if d.recent.has(v.key) {
		v.status = courier.AckNoRecipient
	}
	return v
}

// remember makes the device know a notification if it comes again.
func (d *Device) remember(v *ackDecision) {
	if v.subscription == nil {
		d.recent.add(v.key)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	v.subscription.Checkpoint = v.checkpoint
}

// notification is what the app gets to see.
func (v *ackDecision) notification(m *courier.Notification) Notification {
	n := Notification{
		Topic:       v.topic,
		DeviceToken: v.token,
		Payload:     bytes.Clone(m.Payload),
		ID:          m.ID,
		ProviderID:  providerID(m.TracingID),
		Timestamp:   time.Unix(0, int64(m.Timestamp)),
		Priority:    apns.Priority(m.Priority),
		FromStorage: m.StorageFlags&courier.StorageStored != 0,
	}
	if v.subscription != nil {
		n.Channel = v.subscription.Channel
	}
	if n.Priority == 0 {
		n.Priority = apns.PriorityImmediate
	}
	if m.Expiry != 0 {
		n.Expiry = time.Unix(int64(m.Expiry), 0)
	}
	return n
}

// providerID reads a tracing id as the apns-id that a simulator puts there.
func providerID(id []byte) string {
	if len(id) != 16 {
		return ""
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// ack puts an acknowledgement with those that leave next, or later. The token is left
// out if it is the device's own. observed: apsd.
func (s *session) ack(m *courier.Notification, v ackDecision) {
	if m.Flags&courier.FlagTracing != 0 && s.d.AckDelay() >= 0 {
		s.traced(m, v)
	}
	ack := courier.Ack{Status: v.status, ID: m.ID}
	if !v.key.base {
		ack.Token = m.Token
	}
	switch delay := s.d.AckDelay(); {
	case delay == 0:
		s.acks = ack.Append(s.acks)
	case delay > 0:
		if s.lateAcks.put(time.Now().Add(delay), ack.Append(nil)) {
			s.request(sendAcks)
		}
	}
}

// traced confirms a notification that is traced, besides its ack.
//
// observed: apsd, which says 1 for what was delivered; the other values are unknown.
func (s *session) traced(m *courier.Notification, v ackDecision) {
	if v.status != courier.AckDelivered {
		return
	}
	confirm := courier.TracingAck{Topic: m.Topic, TracingID: m.TracingID, Status: courier.TracingDelivered, Token: m.Token}
	s.acks = confirm.Append(s.acks)
}

// flushAcks sends the acknowledgements that have gathered.
func (s *session) flushAcks() error {
	if len(s.acks) == 0 {
		return nil
	}
	err := s.write(s.acks)
	s.acks = s.acks[:0]
	return err
}
