package apnstest

import (
	"fmt"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// A Record is what became of one push, as far as is known at a moment.
type Record struct {
	// Notification is the push as the provider asked for it. It must not be
	// changed.
	apns.Notification
	// Device is the id of the device it is for; "" for a broadcast, and where none
	// is known.
	Device string
	// Received is when it came, Duration how long the response took.
	Received time.Time
	Duration time.Duration
	// Status is that of the response, 0 before there is one. Reason and Detail say
	// why it was rejected; only Reason was sent.
	Status int
	Reason apns.Reason
	Detail string
	// Steps are what happened, in order.
	Steps []Step
	// Headers are those of the request, in order; the value of authorization is
	// shortened.
	Headers []Header
	// Credential is who sent it.
	Credential Credential
	// Checks are all checks in their order, with what became of each.
	Checks []Check
	// Faults names the faults that were applied to it.
	Faults []string
	// Advice says what a device would not show of it, although APNs accepts it:
	// misspelled keys, wrong types, a push type that does not fit the payload. APNs
	// itself never says so.
	Advice []apns.Advice
}

// A Step is one thing that happened to a push.
type Step struct {
	At    time.Time
	State State
	// Cause is one word: the reason of a rejection, why it was stored or dropped, the
	// name of a fault. Detail is a sentence, or "".
	Cause, Detail string
	// Device is the one that a step of a broadcast is about; "" otherwise.
	Device string
}

// String returns the step without its time, as in "dropped expired".
func (s Step) String() string { return strings.TrimSpace(string(s.State) + " " + s.Cause) }

// A Header is a field of a request.
type Header struct{ Name, Value string }

// A Credential is who sent a push, as far as that was found out.
type Credential struct {
	Kind CredentialKind
	// TeamID is empty if the credential was not good.
	TeamID string
	// KeyID, IssuedAt and Age are of a provider token; Header and Claims are its
	// parts in JSON, and Notes what was tolerated in it.
	KeyID          string
	IssuedAt       time.Time
	Age            time.Duration
	Header, Claims string
	Notes          []string
	// Subject is that of a certificate.
	Subject string
}

// A Check is one of the ordered conditions that a request must meet, with its result.
type Check struct {
	Name   string
	Result CheckResult
	// Seen is the value that was looked at; "" if there is none to show.
	Seen string
	// Detail says why it failed.
	Detail string
}

// Has reports whether the push has reached a state.
func (r Record) Has(state State) bool {
	for _, s := range r.Steps {
		if s.State == state {
			return true
		}
	}
	return false
}

// History lists the steps, as in "received", "accepted", "dropped expired".
func (r Record) History() (lines []string) {
	for _, s := range r.Steps {
		lines = append(lines, s.String())
	}
	return lines
}

// String returns the push and its steps in one line.
func (r Record) String() string {
	to := "token " + shortened(r.Token.String())
	if r.Channel != "" {
		to = "channel " + r.Channel
	}
	return fmt.Sprintf("%s to %s, topic %s: %s", r.ID, to, r.Topic, strings.Join(r.History(), ", "))
}

func shortened(token string) string {
	if len(token) > 12 {
		return token[:8] + "…"
	}
	return token
}

func newRecord(r *journal.Record) Record {
	out := Record{
		Notification: *r.Push, Received: r.Received(), Duration: r.Duration(), Status: r.Status(),
		Faults: r.Faults(), Advice: r.Push.Advice(), Device: deviceText(r.Device),
	}
	if r.Rejection != nil {
		out.Reason, out.Detail = r.Rejection.Reason, r.Rejection.Detail
	}
	for _, s := range r.Steps {
		out.Steps = append(out.Steps, Step{At: s.At, State: State(s.Kind.String()), Cause: s.Cause, Detail: s.Detail, Device: deviceText(s.Device)})
	}
	if x := r.Request(); x != nil {
		out.take(x)
	}
	return out
}

// take adds what is known of the request.
func (r *Record) take(x *journal.RequestRecord) {
	for _, h := range x.Headers {
		r.Headers = append(r.Headers, Header(h))
	}
	who := &x.Credential
	r.Credential = Credential{
		Kind: CredentialKind(who.Kind), TeamID: who.TeamID, KeyID: who.KeyID, IssuedAt: who.IssuedAt, Age: who.Age,
		Header: who.Header, Claims: who.Claims, Notes: who.Notes, Subject: who.Subject,
	}
	for _, c := range x.Checks {
		r.Checks = append(r.Checks, Check{Name: c.Name, Result: CheckResult(c.Result.String()), Seen: c.Seen, Detail: c.Detail})
	}
}

func deviceText(id apns.DeviceID) string {
	if id == (apns.DeviceID{}) {
		return ""
	}
	return id.String()
}
