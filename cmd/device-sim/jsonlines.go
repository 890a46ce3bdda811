package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/device"
	"github.com/apns-sim/apns-sim/internal/presentation"
	"github.com/apns-sim/apns-sim/internal/printable"
)

// jsonLines reports events as JSON, one object per line. It does not report the steps of the
// handshake.
type jsonLines struct {
	out sink
	buf bytes.Buffer
}

// A line is one object. Absent fields are left out.
type line struct {
	Event  string        `json:"event"`
	Device apns.DeviceID `json:"device"`
	Topic  string        `json:"topic,omitempty"`
	// Channel is in base64, as providers send it.
	Channel string `json:"channel,omitempty"`
	// DeviceToken is in hex, as providers send it.
	DeviceToken apns.DeviceToken `json:"deviceToken,omitempty"`
	// Payload is absent if the provider's bytes are not JSON.
	Payload json.RawMessage `json:"payload,omitempty"`
	// PayloadBase64 is the provider's bytes.
	PayloadBase64 []byte `json:"payloadBase64,omitempty"`
	// Kind, Visible and Effects say what the device shows of a notification, Advice why it
	// shows less than was intended.
	Kind    string        `json:"kind,omitempty"`
	Visible *bool         `json:"visible,omitempty"`
	Effects []string      `json:"effects,omitempty"`
	Advice  []apns.Advice `json:"advice,omitempty"`
	// Status is that of an acknowledgement other than delivered, or of a rejected token
	// request.
	Status *uint8 `json:"status,omitempty"`
	// Error is why a connection or a subscription failed or was ended by the other side.
	Error string `json:"error,omitempty"`
}

// lineNames are the events of a device that have a line, besides notifications.
var lineNames = map[device.EventKind]string{
	device.EventConnected:            "connected",
	device.EventDisconnected:         "disconnected",
	device.EventConnectFailed:        "connectFailed",
	device.EventIdentityRejected:     "identityRejected",
	device.EventBaseToken:            "baseToken",
	device.EventToken:                "token",
	device.EventTokenRejected:        "tokenRejected",
	device.EventNotificationRejected: "rejected",
	device.EventErased:               "erased",
	device.EventSubscribed:           "subscribed",
	device.EventSubscriptionEnded:    "subscriptionEnded",
	device.EventIdentity:             "identity",
	device.EventGivenUp:              "givenUp",
	device.EventRenewFailed:          "activationFailed",
}

func (j *jsonLines) begin(apns.Environment, string)            {}
func (j *jsonLines) remembered(string, *x509.Certificate)      {}
func (j *jsonLines) activated(string, *x509.Certificate, bool) {}
func (j *jsonLines) step(device.Step)                          {}
func (j *jsonLines) event(id apns.DeviceID, e device.Event) {
	l := line{Event: lineNames[e.Kind], Device: id, Topic: e.Topic, Channel: e.Channel.String(), DeviceToken: e.Token}
	if l.Event == "" {
		return
	}
	if e.Kind == device.EventNotificationRejected || e.Kind == device.EventTokenRejected {
		l.Status = &e.Status
	}
	if e.Err != nil {
		l.Error = e.Err.Error()
	}
	j.write(l)
}

func (j *jsonLines) notification(id apns.DeviceID, e device.Event, shown presentation.Shown) {
	l := notificationLine(id, e)
	l.Kind, l.Visible, l.Effects, l.Advice = shown.Kind, &shown.Visible, shown.Effects, shown.Advice
	j.write(l)
}

// notificationLine is a notification as received.
func notificationLine(id apns.DeviceID, e device.Event) line {
	l := line{
		Event: "notification", Device: id, Topic: e.Topic, Channel: e.Channel.String(), DeviceToken: e.Token,
		PayloadBase64: e.Notification.Payload,
	}
	if isJSON(e.Notification.Payload) {
		l.Payload = e.Notification.Payload
	}
	return l
}

// write writes one object as a line.
func (j *jsonLines) write(l any) {
	j.buf.Reset()
	encoder := json.NewEncoder(&j.buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(l); err != nil {
		j.out.failed(fmt.Errorf("as JSON: %w", err))
		return
	}
	j.out.write(printable.JSON(j.buf.Bytes()))
}

// A forwardedLine reports what became of a notification that was forwarded.
type forwardedLine struct {
	Event  string        `json:"event"` // forwarded
	Device apns.DeviceID `json:"device"`
	Topic  string        `json:"topic,omitempty"`
	// ID is the apns-id, if the courier sends it.
	ID string `json:"id,omitempty"`
	// To is program or simulator.
	To      string         `json:"to"`
	Outcome forwardOutcome `json:"outcome"`
	// Milliseconds is how long the receiver took.
	Milliseconds int64  `json:"milliseconds,omitempty"`
	Output       string `json:"output,omitempty"`
	Error        string `json:"error,omitempty"`
}

func (j *jsonLines) forwarded(id apns.DeviceID, r forwardResult) {
	l := forwardedLine{
		Event: "forwarded", Device: id, Topic: r.n.Topic, ID: r.n.ProviderID, To: r.to, Outcome: r.outcome,
		Milliseconds: r.took.Milliseconds(), Output: r.output,
	}
	if r.err != nil {
		l.Error = r.err.Error()
	}
	j.write(l)
}

// isJSON reports whether a payload can be part of a line unchanged.
func isJSON(payload []byte) bool { return utf8.Valid(payload) && json.Valid(payload) }
