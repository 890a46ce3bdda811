package lesson

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/presentation"
)

// A pushOrder is a push to send: the request of act 5, or one that an experiment changes.
type pushOrder struct {
	id            string // apns-id
	token         []byte
	authorization string // the JWT; "" if the certificate of the connection is enough
	topic         string
	payload       []byte
}

// newPush gives the push of the lesson.
func (r *run) newPush() (pushOrder, error) {
	payload, err := json.Marshal(map[string]any{"aps": map[string]any{
		"alert": map[string]string{"title": "Lesson", "body": "The handshake is complete."}, "badge": 1, "sound": "default",
	}})
	if err != nil {
		return pushOrder{}, fmt.Errorf("write the payload: %w", err)
	}
	o := pushOrder{id: newUUID(), token: r.device.token, topic: topic, payload: payload}
	if r.jwt != nil {
		o.authorization = r.jwt.String()
	}
	return o, nil
}

// newUUID is a random UUID: RFC 9562, 5.4.
func newUUID() string {
	var u [16]byte
	rand.Read(u[:]) // never fails: crypto/rand
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// fields are the headers of the push.
func (o pushOrder) fields() []field {
	fields := []field{
		{":method", "POST", ""},
		{":scheme", "https", ""},
		{":path", fmt.Sprintf("/3/device/%x", o.token), "the address: the device token in hex"},
		{":authority", providerName, "the environment: production"},
	}
	if o.authorization != "" {
		fields = append(fields, field{"authorization", "bearer " + o.authorization, "the JWT: which team sends"})
	}
	return append(
		fields,
		field{apns.HeaderTopic, o.topic, "for which app"},
		field{apns.HeaderPushType, "alert", "something to show"},
		field{apns.HeaderPriority, "10", "at once"},
		field{apns.HeaderExpiration, strconv.Itoa(0), "now or never: APNs does not store it"},
		field{apns.HeaderID, o.id, "a name for this push; it comes back in the response"},
	)
}

// send sends a push and waits for the response and its record.
func (r *run) send(c *h2Conn, o pushOrder) ([]Block, *h2Response, *pushRecord, error) {
	sent, err := c.post(o.fields(), o.payload)
	if err != nil {
		return nil, nil, nil, err
	}
	response, err := c.response()
	if err != nil {
		return nil, nil, nil, err
	}
	record, err := r.Control.push(r.ctx, o.id)
	return sent, response, record, err
}

// deliver is act 5: a push goes from the provider to the device.
func deliver(r *run) error {
	r.act("The provider sends a push, and the device shows it")
	order, err := r.newPush()
	if err != nil {
		return err
	}
	sent, response, record, err := r.send(r.h2, order)
	if err != nil {
		return err
	}
	if response.status != "200" {
		return fmt.Errorf("APNs rejected the push with %s: %s", response.status, response.reason)
	}
	r.step(Step{
		ID: "push", Title: "The provider sends token and payload", From: Provider, To: APNs, Sent: "POST /3/device/<device token>",
		Plain: "The provider takes the device token that the app has given it, the JWT and the text to show, and sends all three to APNs. It uses the connection from step 1, which has no provider certificate.",
		Exactly: "One HTTP/2 request: a HEADERS frame with the headers in HPACK, a DATA frame with the payload. The token is in :path, the JWT in authorization, the app in apns-topic. " +
			"The headers decide how APNs handles the push; the payload decides what the device shows.",
		Keys:   []HeldKey{{Provider, "authentication key " + r.space.KeyID, "private", "signed the JWT"}},
		Blocks: sent,
		Words:  []Word{wordStream, wordHPACK, wordPayload},
		Links:  []Link{frameRFC, headersRFC, hpackRFC, appleSend, applePayload},
	})
	r.step(Step{
		ID: "checks", Title: "APNs checks the push", From: APNs,
		Plain: "APNs checks everything, in a fixed order. Who sends? Are headers and payload right? Can the device token be decrypted, and is it for this environment? May the team push to this topic? Does the token belong to this app? Is it still valid? The first check that fails decides the response.",
		Exactly: "The checks are those in the simulator's history, with the values it looked at (GET /v1/notifications/" + order.id + "). " +
			"Apple documents the reasons but not the order; the order is as observed where that was possible, see docs/fidelity.md.",
		Keys:   []HeldKey{{APNs, "public half of " + r.space.KeyID, "public", "checks the JWT"}, {APNs, "device-token key", "secret", "decrypts the device token"}},
		Checks: record.checks(),
		Words:  []Word{wordReserved, wordBurst, wordBroker},
		Links:  []Link{appleResponse, appleSend},
	})
	if err := r.showRoute(order); err != nil {
		return err
	}
	r.step(Step{
		ID: "response", Title: "APNs answers the provider", From: APNs, To: Provider, Sent: "200",
		Plain: "APNs tells the provider: accepted. That does not mean that the device has shown the push. APNs does not wait for the device, which may be switched off.",
		Exactly: "A HEADERS frame with :status 200 and apns-id. END_STREAM is set: there is no body. It came " + took(record.Response.Took) + " after the request. " +
			"A rejection is a status of 400 or above with a JSON body: {\"reason\":\"BadDeviceToken\"}. In the sandbox the response also has the header apns-unique-id, to find the push in Apple's delivery log.",
		Blocks: response.blocks,
		Links:  []Link{headersRFC, appleResponse},
	})
	return r.showDelivery(order)
}

// took writes how many milliseconds a response took.
func took(ms float64) string {
	const least = 0.1
	if ms < least {
		return fmt.Sprintf("less than %.1f ms", least)
	}
	return fmt.Sprintf("%.1f ms", ms)
}

// showRoute shows how the token leads to the connection of the device.
func (r *run) showRoute(o pushOrder) error {
	record, opened, err := r.decrypt("record in the device token, decrypted by APNs", o.token)
	if err != nil {
		return err
	}
	r.step(Step{
		ID: "route", Title: "APNs finds the device through the token", From: APNs,
		Plain: "The decrypted token says which device the push is for. APNs looks for the connection of the device with this device ID. It is the connection from act 4.",
		Exactly: "APNs needs no directory of tokens: device ID and environment in the record identify the device, and the topic tag identifies the app. " +
			"If the device were offline, APNs would discard this push, because apns-expiration is 0. A push with a later expiration would be stored until then. " +
			"Apple stores one push per app and device, the newest; in the simulator --stored-per-app sets how many.",
		Keys:   []HeldKey{{APNs, "device-token key", "secret", "decrypts the device token"}},
		Blocks: []Block{encryptedBlock("device token, as the provider sent it", o.token), record},
		Checks: []Check{{By: APNs, Name: "device ID", Left: Row{"in the device token", opened.Device}, Right: Row{"of the connected device", deviceID(r.device.leaf)}, Result: compare(opened.Device, deviceID(r.device.leaf))}},
		Links:  []Link{sivOpenRFC, appleOverview},
	})
	return nil
}

// showDelivery shows what the device gets, shows and answers.
func (r *run) showDelivery(o pushOrder) error {
	var n courier.Notification
	received, err := r.session.receive(courier.CmdNotification, &n)
	if err != nil {
		return err
	}
	ack, err := r.session.send(&courier.Ack{Status: courier.AckDelivered, ID: n.ID, Token: n.Token})
	if err != nil {
		return err
	}
	if err := r.Control.delivered(r.ctx, r.space.Team); err != nil {
		return err
	}
	record, err := r.Control.push(r.ctx, o.id)
	if err != nil {
		return err
	}
	r.step(Step{
		ID: "notification", Title: "APNs sends the push to the device", From: APNs, To: Device, Sent: "notification",
		Plain:   "APNs sends the push on the connection that the device has kept open. The payload is what the provider wrote, byte for byte.",
		Exactly: "Notification, command 0x0a: token, hash of the topic, payload, an ID for the acknowledgement. The JWT and the push type are not sent to the device.",
		Blocks:  []Block{frameBlock(received, courier.FromServer, topic)},
		Links:   []Link{applePayload, appleOverview},
	})
	r.showScreen(&n)
	step := Step{
		ID: "acknowledged", Title: "The device acknowledges", From: Device, To: APNs, Sent: "ack: delivered",
		Plain:   "The device tells APNs: I have it. APNs forgets the push. The provider is not told.",
		Exactly: "Ack, command 0x0b, status 0, with the ID of the notification. Below is the delivery log of the push, in the words of Apple's Push Notifications Console.",
		Blocks:  []Block{frameBlock(ack, courier.FromDevice, topic)},
		Words:   []Word{wordAck},
		Links:   []Link{appleOverview},
	}
	for _, event := range record.Timeline {
		step.Rows = append(step.Rows, Row{event.At.UTC().Format("15:04:05.000"), event.Label + ": " + event.Text})
	}
	r.step(step)
	return nil
}

// showScreen shows what the device makes of the payload.
func (r *run) showScreen(n *courier.Notification) {
	var screen presentation.Screen
	shown := screen.Take(presentation.Push{Topic: topic, Payload: n.Payload, At: time.Unix(0, int64(n.Timestamp)), Priority: apns.Priority(n.Priority)})
	step := Step{
		ID: "shown", Title: "The device shows it", From: Device,
		Plain:   "The device finds the app by the topic, and the system shows the notification. The app does not have to be running.",
		Exactly: "aps.alert is the text, aps.badge the number on the icon, aps.sound the sound. The system reads them; a developer's own keys next to aps are for the app.",
		Rows:    []Row{{"kind", shown.Kind}},
		Links:   []Link{applePayload},
	}
	for _, f := range shown.Fields {
		step.Rows = append(step.Rows, Row{f.Label, f.Text})
	}
	for _, effect := range shown.Effects {
		step.Rows = append(step.Rows, Row{"device", effect})
	}
	r.step(step)
}
