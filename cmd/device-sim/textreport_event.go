package main

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

func (s *textReport) event(id apns.DeviceID, e device.Event) {
	switch e.Kind {
	case device.EventConnected:
		s.row("device", "%s (hash of its public key) is online", id)
	case device.EventDisconnected:
		s.head("Disconnected")
		s.ended(e.Err)
	case device.EventConnectFailed:
		s.head("Connection failed")
		s.ended(e.Err)
	case device.EventIdentityRejected:
		s.head("Rejected: APNs does not accept this identity")
		s.row("reason", "%s", e.Err.Error())
		s.row("so", "the device discards its tokens and activates again")
	case device.EventBaseToken:
		s.baseToken(id, e)
	case device.EventToken:
		s.appToken(id, e)
	case device.EventTokenRejected:
		s.row("rejected", "no device token for %s; status %d", e.Topic, e.Status)
	case device.EventErased:
		s.head("Erased")
		s.row("so", "the device generates a new key and is activated as another device, without apps")
	case device.EventNotificationRejected:
		s.rejected(e)
	case device.EventSubscribed:
		s.subscribed(e)
	case device.EventSubscriptionEnded:
		s.subscriptionEnded(e)
	case device.EventGivenUp:
		s.head("Offline: APNs keeps rejecting this device")
		s.row("reason", "%s", e.Err.Error())
	}
	s.flush()
}

func (s *textReport) ended(err error) {
	if err == nil {
		s.row("reason", "closed by the device")
		return
	}
	s.row("reason", "%s", s.styled(bad, err.Error()))
	s.row("next", "the device retries, with a longer delay after each failure")
}

func (s *textReport) baseToken(id apns.DeviceID, e device.Event) {
	s.head("Base token: the courier's token for this device")
	if e.Previous != "" {
		s.row("instead of", "%s", e.Previous)
		s.more("which is retired, as are the device tokens of the apps")
	}
	s.row("decrypted", "a record of 16 bytes: device %s, its environment, no topic, a counter of retirements", id)
	s.more("the device sees only the encrypted form")
	s.row("token", "%s", e.Token)
	s.tokenParts(e.Token)
}

// sivSize is the part of a device token that authenticates the rest: the synthetic
// initialization vector of RFC 5297.
const sivSize = 16

// tokenParts shows the two parts of an encrypted token. The device cannot decrypt them.
func (s *textReport) tokenParts(token apns.DeviceToken) {
	if len(token) <= sivSize {
		return
	}
	s.row("first 16", "%s", token[:sivSize])
	s.more("the synthetic IV: computed from the record and the device-token key, it starts the encryption and detects changes")
	s.row(fmt.Sprintf("other %d", len(token)-sivSize), "%s", token[sivSize:])
	s.more("the record, encrypted: only APNs has the device-token key and can decrypt it")
}

func (s *textReport) appToken(id apns.DeviceID, e device.Event) {
	if e.Previous == e.Token {
		s.head("Device token of %s, of an earlier run", e.Topic)
	} else {
		s.head("Device token of %s", e.Topic)
		hash := apns.HashTopic(e.Topic)
		s.row("decrypted", "a record of 16 bytes: device %s, its environment, topic %x, a counter of retirements", id, hash[:4])
	}
	s.row("token", "%s", s.styled(good, e.Token.String()))
	s.more("the app sends it to its provider, which pushes to /3/device/<device token>")
}

func (s *textReport) notification(_ apns.DeviceID, e device.Event, shown presentation.Shown) {
	n := e.Notification
	s.head("%s  Notification for %s: %s", s.now().Format(time.TimeOnly), n.Topic, shown.Kind)
	if n.Channel != "" {
		s.row("channel", "%s: a broadcast, which is not sent to a device token", n.Channel)
	}
	for _, f := range shown.Fields {
		s.row(f.Label, "%s", f.Text)
	}
	label := "device"
	for _, effect := range shown.Effects {
		s.row(label, "%s", effect)
		label = ""
	}
	label = "advice"
	for _, advice := range shown.Advice {
		s.row(label, "%s", advice.Message)
		label = ""
	}
	if isJSON(n.Payload) {
		s.row("payload", "%s", string(compact(n.Payload)))
	} else {
		s.row("payload", "%d bytes that are not JSON, in base64: %s", len(n.Payload), base64.StdEncoding.EncodeToString(n.Payload))
	}
	s.row("delivery", "%s, %s%s", priorityName(n.Priority), expiryName(n), storedName(n))
	s.row("ack", "message %d: %s", n.ID, ackName(e.Status))
	s.flush()
}

func (s *textReport) forwarded(_ apns.DeviceID, r forwardResult) {
	about := ""
	if r.n.Topic != "" {
		about = fmt.Sprintf(" message %d for %s:", r.n.ID, r.n.Topic)
	}
	s.head("%s  Forwarded to the %s:%s %s", s.now().Format(time.TimeOnly), r.to, about, r.outcome)
	if r.took > 0 {
		s.row("took", "%s", r.took.Round(time.Millisecond))
	}
	if r.err != nil {
		s.row("reason", "%s", s.styled(bad, r.err.Error()))
	}
	label := "output"
	for line := range strings.SplitSeq(r.output, "\n") {
		if line != "" || label == "" {
			s.row(label, "%s", line)
			label = ""
		}
	}
	s.flush()
}

func priorityName(p apns.Priority) string {
	switch p {
	case apns.PriorityImmediate:
		return "priority 10 (send immediately)"
	case apns.PriorityConserve:
		return "priority 5 (consider the device's power)"
	case apns.PriorityNeverWake:
		return "priority 1 (do not wake the device)"
	}
	return fmt.Sprintf("priority %d", p)
}

func expiryName(n device.Notification) string {
	if n.Expiry.IsZero() {
		return "not stored"
	}
	return "expires " + n.Expiry.UTC().Format(time.RFC3339)
}

func storedName(n device.Notification) string {
	if n.FromStorage {
		return ", from storage"
	}
	return ""
}

func (s *textReport) rejected(e device.Event) {
	topic := e.Topic
	if topic == "" {
		topic = "an app that is not installed"
	}
	s.head("%s  Notification for %s: not shown", s.now().Format(time.TimeOnly), topic)
	s.row("ack", "%s", ackName(e.Status))
}

// ackNames is the table of what a device answers to a notification.
var ackNames = map[uint8]string{
	courier.AckDelivered:    "delivered (0)",
	courier.AckNoRecipient:  "no recipient, or a duplicate (2)",
	courier.AckUnparsable:   "unparsable (3)",
	courier.AckIgnoredTopic: "topic ignored (6)",
	courier.AckUnknownTopic: "topic unknown (7)",
	courier.AckTokenRemoved: "token removed (11)",
}

func ackName(status uint8) string {
	if name := ackNames[status]; name != "" {
		return name
	}
	return fmt.Sprintf("another status (%d)", status)
}
