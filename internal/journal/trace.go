package journal

import (
	"sync"
	"time"
	"unsafe"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
)

// A Trace collects the events of one push, or one broadcast. The provider API makes it
// when it receives the push, and the push refers to it; each [Event] with this trace is
// added to it.
//
// On the push path a trace costs a few words of memory per event. Readers get a [Record],
// which is made on request.
type Trace struct {
	// Push is the push. It is read-only, as are Device and Request, once the first event
	// has been recorded.
	Push *apns.Notification
	// Device is the recipient; zero for a broadcast, and while it is unknown.
	Device apns.DeviceID
	// Request is the request of the push; nil if there was none, as for a push that is
	// replayed or comes from the store.
	Request Request
	// Headers are those of the request, until the first event is recorded. Then the history
	// has them, as long as it has the push, so that a push that waits for its device longer
	// does not keep them in memory.
	Headers *Headers

	mu       sync.Mutex // taken before that of the history: docs/lock-order.md
	number   uint64     // in the history; 0 before the first event, set once
	position uint64     // in its partition of the history, set with the number
	failure  bool       // the first event was a Failure; set with the number
	deleted  bool
	changed  bool // since [Journal.Changed] returned its record
	reached  filters.States
	last     Kind

	// The events of an ordinary push. The first event that needs more than a kind and a
	// time, and all after it, are in rest.
	plain uint8
	kinds [plainSteps]Kind
	times [plainSteps]int64 // nanoseconds since 1970
	rest  *extendedSteps
}

// plainSteps are enough for received, accepted, sent, delivered.
const plainSteps = 4

// extendedSteps are the steps of a trace that need more than a kind and a time.
type extendedSteps struct {
	steps     []Step
	omitted   int // steps beyond maxSteps
	counts    [len(kinds)]int
	rejection *apns.Rejection
	status    int // of the response, if it differs from that of the rejection; otherwise 0
	text      int // bytes of text in steps and rejection
}

// maxSteps is the maximum number of steps kept of a broadcast to many devices, or of a
// push that is sent again and again.
const maxSteps = 256

// A Step is one thing that happened to a push.
type Step struct {
	At   time.Time
	Kind Kind
	// Device is the one that a step of a broadcast is about; zero otherwise.
	Device apns.DeviceID
	// Cause and Detail are those of the event.
	Cause, Detail string
	// Attempt numbers the steps of kind Sent, from 1, for each device; 0 for
	// other kinds.
	Attempt int
}

// noteLocked adds e to the trace.
func (t *Trace) noteLocked(e *Event) {
	t.changed = true
	if state, ok := e.Kind.state(); ok {
		t.reached = t.reached.With(state)
		t.last = e.Kind
	}
	device := e.Device
	if device == t.Device {
		device = apns.DeviceID{}
	}
	detail := e.Detail
	if e.Kind == Received && t.Request != nil {
		detail = "" // the request knows it
	}
	if t.rest == nil && t.plain < plainSteps && e.Cause == "" && detail == "" && e.Status == 0 && device == (apns.DeviceID{}) {
		t.kinds[t.plain], t.times[t.plain] = e.Kind, e.At.UnixNano()
		t.plain++
		return
	}
	if t.rest == nil {
		t.rest = new(extendedSteps)
	}
	c := t.rest
	c.counts[e.Kind]++
	if e.Rejection != nil {
		c.rejection = e.Rejection
		c.text += len(e.Rejection.Detail)
	}
	if e.Status != 0 {
		c.status = e.Status
	}
	if len(c.steps) == maxSteps {
		c.omitted++
		return
	}
	c.steps = append(c.steps, Step{At: e.At, Kind: e.Kind, Device: device, Cause: e.Cause, Detail: detail})
	c.text += len(detail)
}

// sizeLocked is about how many bytes the trace takes, without its headers.
func (t *Trace) sizeLocked() int {
	n := t.Push
	size := traceBytes + len(n.Payload) + len(n.Topic) + len(n.PushType) + len(n.CollapseID) + len(n.Channel) + t.extendedBytesLocked()
	if t.Request != nil {
		size += t.Request.Size()
	}
	return size
}

// extendedBytesLocked is the part of it that grows with further events.
func (t *Trace) extendedBytesLocked() int {
	if t.rest == nil {
		return 0
	}
	return int(unsafe.Sizeof(extendedSteps{})) + cap(t.rest.steps)*int(unsafe.Sizeof(Step{})) + t.rest.text
}

// attributesLocked is what filter words are compared with.
func (t *Trace) attributesLocked() filters.Attributes {
	n := t.Push
	s := filters.Attributes{
		Space: n.TeamID, Environment: n.Environment, Topic: n.Topic, Token: n.Token, Device: t.Device, Channel: n.Channel,
		PushType: n.PushType, Priority: n.Priority, CollapseID: n.CollapseID, ID: n.ID, UniqueID: n.UniqueID,
		States: t.reached, Payload: n.Payload, At: t.firstLocked(),
	}
	switch {
	case t.rest != nil && t.rest.rejection != nil:
		s.Reason = t.rest.rejection.Reason
		if !t.failure { // which may have had no response
			s.Status = s.Reason.Status()
		}
	case t.reached.Has(filters.Accepted):
		s.Status = 200
	}
	if t.rest != nil && t.rest.status != 0 {
		s.Status = t.rest.status
	}
	return s
}

// firstLocked is when the trace began.
func (t *Trace) firstLocked() time.Time {
	switch {
	case t.plain > 0:
		return time.Unix(0, t.times[0])
	case t.rest != nil:
		return t.rest.steps[0].At
	}
	return time.Time{}
}

// attributes is [Trace.attributesLocked], and the trace's number; 0 if it was deleted.
func (t *Trace) attributes() (filters.Attributes, uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.deleted {
		return filters.Attributes{}, 0
	}
	return t.attributesLocked(), t.number
}
