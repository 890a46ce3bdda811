package control

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// A Notification is a push, or a broadcast, and what became of it.
type Notification struct {
	Number      uint64 `json:"number" doc:"Number in the history, from 1" example:"42"`
	ID          string `json:"id" doc:"apns-id; of a broadcast, apns-request-id" example:"eabeae54-14a8-11e5-b60b-1697f925ec7b"`
	UniqueID    string `json:"uniqueId,omitempty" doc:"apns-unique-id: of pushes in the sandbox, and of broadcasts" example:"4084a6e4-9ea8-6d2a-ca49-9a344a152da7"`
	Space       string `json:"space,omitempty" doc:"Team of the valid credentials; absent if there are none" example:"DEMO000001"`
	Environment string `json:"environment" doc:"Environment whose listener received it" enum:"production,sandbox" example:"sandbox"`
	Topic       string `json:"topic,omitempty" doc:"apns-topic; of a broadcast, the bundle ID" example:"com.example.demo"`
	Device      string `json:"device,omitempty" doc:"Device that the token is for; absent for a broadcast" example:"0f1e2d3c4b5a6978"`
	Token       string `json:"token,omitempty" doc:"The device token in hex" example:"00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"`
	Channel     string `json:"channel,omitempty" doc:"The broadcast channel" example:"dHN0LXNyY2gtY2hubA=="`
	PushType    string `json:"pushType,omitempty" doc:"apns-push-type; absent if the provider gave none" example:"alert"`
	Priority    int    `json:"priority,omitempty" doc:"Priority from the header, or the default" example:"10"`
	Expiration  *int64 `json:"expiration,omitempty" doc:"apns-expiration in UNIX seconds; absent if the provider gave none" example:"0"`
	CollapseID  string `json:"collapseId,omitempty" doc:"apns-collapse-id" example:"game-1"`

	UserAgent string `json:"userAgent,omitempty" doc:"user-agent of the request; absent if it had none" example:"curl/8.14.1"`

	State    string                `json:"state" doc:"Last event" enum:"received,rejected,accepted,stored,sent,delivered,dropped,failed" example:"delivered"`
	Received time.Time             `json:"received" doc:"When it was received, by the simulator's clock"`
	Response *NotificationResponse `json:"response,omitempty" doc:"Response to the provider; absent until there is one"`
	Timeline []TimelineStep        `json:"timeline" doc:"Events, in order"`
	Omitted  int                   `json:"omitted,omitempty" doc:"Number of steps left out"`
	Counts   map[string]int        `json:"counts" doc:"Number of events of each kind"`
	Faults   []string              `json:"faults,omitempty" doc:"Faults that applied to it"`
	Failure  *Failure              `json:"failure,omitempty" doc:"For state failed: cause and client"`

	Payload       json.RawMessage `json:"payload,omitempty" doc:"The payload, if it is JSON"`
	PayloadBase64 string          `json:"payloadBase64" doc:"The payload, byte for byte"`
}

// An NotificationResponse is what the provider was told.
type NotificationResponse struct {
	Status    int     `json:"status" doc:"Status of the response" example:"200"`
	Reason    string  `json:"reason,omitempty" doc:"Reason of a rejection" example:"Unregistered"`
	Timestamp int64   `json:"timestamp,omitempty" doc:"For status 410: milliseconds since 1970"`
	Detail    string  `json:"detail,omitempty" doc:"What was wrong; not sent to the provider"`
	Duration  float64 `json:"durationMs" doc:"Milliseconds from request to response" example:"0.07"`
}

// A TimelineStep is an event in the life of a push.
type TimelineStep struct {
	At      time.Time `json:"at" doc:"When it happened, by the simulator's clock"`
	Event   string    `json:"event" doc:"What happened" enum:"received,rejected,accepted,stored,sent,delivered,dropped,faulted,failed" example:"stored"`
	Label   string    `json:"label" doc:"Wording of Apple's Delivery Log" example:"Stored - Device Offline"`
	Text    string    `json:"text" doc:"What the event means"`
	Cause   string    `json:"cause,omitempty" doc:"Cause, in one word" example:"device-offline"`
	Detail  string    `json:"detail,omitempty" doc:"More about the cause"`
	Attempt int       `json:"attempt,omitempty" doc:"For sent: the number of the attempt, from 1" example:"1"`
	Device  string    `json:"device,omitempty" doc:"For a broadcast: the device of this step"`
}

// A Failure is why a request or a connection never became a push.
type Failure struct {
	Cause      string `json:"cause" doc:"Cause, in one word" example:"stream-reset"`
	Detail     string `json:"detail" doc:"What was wrong" example:"PROTOCOL_ERROR: bad field name \"Apns-Topic\""`
	Connection uint64 `json:"connection" doc:"Number of the connection" example:"7"`
	Remote     string `json:"remote" doc:"Address of the provider" example:"127.0.0.1:51234"`
}

// failureOf shows why a record is no push; nil if it is one.
func failureOf(r *journal.Record) *Failure {
	step := r.Failure()
	if step == nil {
		return nil
	}
	from := r.Connection()
	return &Failure{Cause: step.Cause, Detail: step.Detail, Connection: from.Number, Remote: from.Remote}
}

// viewOf shows a record.
func viewOf(r *journal.Record) Notification {
	n := r.Push
	view := Notification{
		Number: r.Number, ID: n.ID, UniqueID: n.UniqueID, Space: n.TeamID, Environment: n.Environment.String(),
		Topic: n.Topic, Device: nameOf(r.Device), Token: n.Token.String(), Channel: n.Channel,
		PushType: string(n.PushType), Priority: int(n.Priority), CollapseID: n.CollapseID,
		State: r.State.String(), Received: r.Received().UTC(), Response: responseOf(r), Timeline: timelineOf(r), Omitted: r.Omitted,
		Counts: make(map[string]int), Faults: r.Faults(), Failure: failureOf(r), PayloadBase64: base64.StdEncoding.EncodeToString(n.Payload),
	}
	if n.Expiration != apns.DefaultExpiration {
		seconds := int64(n.Expiration)
		view.Expiration = &seconds
	}
	if json.Valid(n.Payload) {
		view.Payload = n.Payload
	}
	for _, h := range r.Headers() {
		if h.Name == "user-agent" {
			view.UserAgent = h.Value
		}
	}
	for kind, count := range r.Counts {
		view.Counts[kind.String()] = count
	}
	return view
}

func viewsOf(records []journal.Record) []Notification {
	views := make([]Notification, len(records))
	for i := range records {
		views[i] = viewOf(&records[i])
	}
	return views
}

// nameOf is the name of a device, "" for none.
func nameOf(id apns.DeviceID) string {
	if id == (apns.DeviceID{}) {
		return ""
	}
	return id.String()
}

func responseOf(r *journal.Record) *NotificationResponse {
	if r.Status() == 0 {
		return nil
	}
	a := &NotificationResponse{Status: r.Status(), Duration: float64(r.Duration()) / float64(time.Millisecond)}
	if no := r.Rejection; no != nil {
		a.Reason, a.Detail = string(no.Reason), no.Detail
		if a.Status == 410 {
			a.Timestamp = no.Since.UnixMilli()
		}
	}
	return a
}

func timelineOf(r *journal.Record) []TimelineStep {
	steps := make([]TimelineStep, len(r.Steps))
	stored := map[apns.DeviceID]bool{}
	for i, s := range r.Steps {
		words := broker.Explain(s.Kind, s.Cause, stored[s.Device])
		stored[s.Device] = stored[s.Device] || s.Kind == journal.Stored
		steps[i] = TimelineStep{
			At: s.At.UTC(), Event: s.Kind.String(), Label: words.Label, Text: words.Text,
			Cause: s.Cause, Detail: s.Detail, Attempt: s.Attempt, Device: nameOf(s.Device),
		}
	}
	return steps
}

// A FullNotification has everything that is known of a push.
type FullNotification struct {
	Notification
	Request *NotificationRequest `json:"request,omitempty" doc:"Request; absent for a replay"`
	Checks  []RequestCheck       `json:"checks,omitempty" doc:"Checks, in order"`
	Advice  []apns.Advice        `json:"advice,omitempty" doc:"What a device would not show, although APNs accepts the push"`
}

// A NotificationRequest is how a push came in.
type NotificationRequest struct {
	Method     string            `json:"method" doc:"Method of the request" example:"POST"`
	Path       string            `json:"path" doc:"Path of the request" example:"/3/device/00fc13ad"`
	Headers    []RequestHeader   `json:"headers" doc:"Headers as received, in order; the value of authorization is shortened"`
	Credential RequestCredential `json:"credential" doc:"Credential; the provider token itself is not stored"`
	Connection RequestConnection `json:"connection" doc:"Connection that it came on"`
}

// A RequestHeader is a field of a request.
type RequestHeader struct {
	Name  string `json:"name" doc:"Name in lower case" example:"apns-topic"`
	Value string `json:"value" doc:"Value" example:"com.example.demo"`
}

// A RequestCredential is who sent a push.
type RequestCredential struct {
	Kind        string          `json:"kind" doc:"Kind of the credential" enum:"provider token,certificate,none" example:"provider token"`
	TeamID      string          `json:"teamId,omitempty" doc:"Team; absent if the credential is invalid" example:"DEMO000001"`
	KeyID       string          `json:"keyId,omitempty" doc:"Key ID, from the header of the provider token" example:"DEMOKEY001"`
	Header      json.RawMessage `json:"header,omitempty" doc:"Decoded header of the provider token"`
	Claims      json.RawMessage `json:"claims,omitempty" doc:"Decoded claims of the provider token"`
	Notes       []string        `json:"notes,omitempty" doc:"Irregularities that were tolerated"`
	IssuedAt    *time.Time      `json:"issuedAt,omitempty" doc:"When the provider token was issued, by its claim iat"`
	AgeSeconds  *float64        `json:"ageSeconds,omitempty" doc:"Age when the push was received" example:"12.5"`
	Fingerprint string          `json:"fingerprint,omitempty" doc:"Start of the SHA-256 of the provider token or certificate" example:"1a2b3c4d"`
	Subject     string          `json:"subject,omitempty" doc:"Subject of the certificate"`
	UID         string          `json:"uid,omitempty" doc:"The certificate's UID" example:"com.example.demo"`
}

// A RequestConnection is where a push came in.
type RequestConnection struct {
	Number     uint64 `json:"number" doc:"Number of the connection" example:"7"`
	Remote     string `json:"remote" doc:"Address of the provider" example:"127.0.0.1:51234"`
	ServerName string `json:"serverName,omitempty" doc:"Server name of the TLS handshake" example:"api.push.apple.com"`
}

// A RequestCheck is one of the ordered conditions that a request must meet, with its result.
type RequestCheck struct {
	Name   string `json:"name" doc:"What is checked" example:"topic"`
	Result string `json:"result" doc:"Result of the check" enum:"passed,failed,not reached" example:"passed"`
	Seen   string `json:"seen,omitempty" doc:"Value that was checked" example:"com.example.demo"`
	Detail string `json:"detail,omitempty" doc:"Why it failed"`
}

// fullView shows everything about a record.
func fullView(r *journal.Record) *FullNotification {
	full := &FullNotification{Notification: viewOf(r), Advice: r.Push.Advice()}
	x := r.Request()
	if x == nil {
		return full
	}
	full.Request = &NotificationRequest{
		Method: x.Method, Path: x.Path, Credential: credentialOf(&x.Credential),
		Connection: RequestConnection{Number: x.Connection.Number, Remote: x.Connection.Remote, ServerName: x.Connection.ServerName},
	}
	for _, h := range x.Headers {
		full.Request.Headers = append(full.Request.Headers, RequestHeader(h))
	}
	for _, c := range x.Checks {
		full.Checks = append(full.Checks, RequestCheck{Name: c.Name, Result: c.Result.String(), Seen: c.Seen, Detail: c.Detail})
	}
	return full
}

func credentialOf(who *journal.Credential) RequestCredential {
	view := RequestCredential{
		Kind: who.Kind, TeamID: who.TeamID, KeyID: who.KeyID, Header: jsonOf(who.Header), Claims: jsonOf(who.Claims),
		Notes: who.Notes, Fingerprint: who.Fingerprint, Subject: who.Subject, UID: who.UID,
	}
	if !who.IssuedAt.IsZero() {
		at, age := who.IssuedAt.UTC(), who.Age.Seconds()
		view.IssuedAt, view.AgeSeconds = &at, &age
	}
	return view
}

// jsonOf is text as JSON: as it is, or, if it was shortened, as a string.
func jsonOf(text string) json.RawMessage {
	switch {
	case text == "":
		return nil
	case json.Valid([]byte(text)):
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil { // cannot be: a string is JSON
		return nil
	}
	return quoted
}
