package journal

import (
	"slices"
	"strconv"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
)

// A Record is a push as the journal knows it at one moment.
type Record struct {
	// Number is the record's place in the history, from 1.
	Number uint64
	// Push is the notification; it must not be changed.
	Push *apns.Notification
	// Device is the recipient; zero for a broadcast, or if it is unknown.
	Device apns.DeviceID
	// State is the newest state; Reached are all states it was in.
	State   Kind
	Reached filters.States
	// Steps are its events in order; Omitted is how many more there were.
	Steps   []Step
	Omitted int
	// Counts is the number of events by kind, omitted ones included.
	Counts map[Kind]int
	// Rejection is nil unless APNs rejected the push.
	Rejection *apns.Rejection

	attributes filters.Attributes
	request    Request
	headers    []Header
}

// record makes a snapshot of the trace.
func (j *Journal) record(t *Trace) Record {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := Record{
		Number: t.number, Push: t.Push, Device: t.Device, State: t.last, Reached: t.reached,
		Counts: make(map[Kind]int), attributes: t.attributesLocked(), request: t.Request,
		headers: j.history.headersOf(t),
	}
	for i := range t.plain {
		r.Steps = append(r.Steps, Step{At: time.Unix(0, t.times[i]), Kind: t.kinds[i]})
		r.Counts[t.kinds[i]]++
	}
	if c := t.rest; c != nil {
		r.Steps = append(r.Steps, c.steps...)
		r.Omitted, r.Rejection = c.omitted, c.rejection
		for kind, n := range c.counts {
			if n > 0 {
				r.Counts[Kind(kind)] += n
			}
		}
	}
	attempts := map[apns.DeviceID]int{}
	for i := range r.Steps {
		if s := &r.Steps[i]; s.Kind == Sent {
			attempts[s.Device]++
			s.Attempt = attempts[s.Device]
		}
	}
	return r
}

// Attributes is what filter words are compared with.
func (r *Record) Attributes() filters.Attributes { return r.attributes }

// Received is the time of the first event.
func (r *Record) Received() time.Time { return r.attributes.At }

// Status is that of the response, 0 before there is one.
func (r *Record) Status() int { return r.attributes.Status }

// Duration is the time from the request to the response, 0 before there is one.
func (r *Record) Duration() time.Duration {
	for _, s := range r.Steps {
		if s.Kind == Accepted || s.Kind == Rejected {
			return s.At.Sub(r.Received())
		}
	}
	return 0
}

// Faults returns the names of the fault rules that were applied to the push.
func (r *Record) Faults() (names []string) {
	for _, s := range r.Steps {
		if s.Kind == Faulted && !slices.Contains(names, s.Cause) {
			names = append(names, s.Cause)
		}
	}
	return names
}

// Headers are those of the request, without secrets and without those that are fields
// of the push. They must not be changed.
func (r *Record) Headers() []Header {
	if restored, ok := r.request.(restoredRequest); ok {
		return restored.parse().Headers
	}
	return r.headers
}

// Connection is the connection of the request; zero if it is unknown.
func (r *Record) Connection() (c Connection) {
	if r.request != nil {
		c = r.request.Connection()
	}
	return c
}

// Failure returns the step of a failure record, nil for a push.
func (r *Record) Failure() *Step {
	if r.State != Failure {
		return nil
	}
	return &r.Steps[0]
}

// Name identifies the record: its apns-id, or else its number.
func (r *Record) Name() string {
	if r.Push.ID != "" {
		return r.Push.ID
	}
	return strconv.FormatUint(r.Number, 10)
}

// Request returns the request with its credential and checks, formatted on each call;
// nil if the push had no request.
func (r *Record) Request() *RequestRecord {
	if r.request == nil {
		return nil
	}
	return r.request.Describe(r)
}
