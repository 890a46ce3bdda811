package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/state"
)

// A record outlives the process as two lines of JSON: a savedRecord, and a savedRequest, which
// is most of it and parsed only when somebody looks at the record.

// A savedRecord is a record without its request.
type savedRecord struct {
	Number    uint64             `json:"number"`
	Push      state.Notification `json:"push"`
	Device    apns.DeviceID      `json:"device,omitzero"`
	Steps     []savedStep        `json:"steps"`
	Omitted   int                `json:"omitted,omitempty"`
	Counts    map[Kind]int       `json:"counts,omitempty"` // only if steps were omitted
	Rejection *apns.Rejection    `json:"rejection,omitempty"`
	Status    int                `json:"status,omitempty"`

	request []byte // the second line; nil if there is none
}

// A savedRequest is the request of a record, with its [Record.Headers].
type savedRequest struct {
	Headers []Header       `json:"headers,omitempty"`
	Request *RequestRecord `json:"request,omitempty"`
}

type savedStep struct {
	At     time.Time     `json:"at"`
	Kind   Kind          `json:"kind"`
	Device apns.DeviceID `json:"device,omitzero"`
	Cause  string        `json:"cause,omitempty"`
	Detail string        `json:"detail,omitempty"`
}

// UnmarshalText parses what MarshalText writes.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kinds[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is not a kind of event", text)
	}
	*k = Kind(i)
	return nil
}

// Encode returns the record in the form that [Journal.Restore] takes.
func (r *Record) Encode() ([]byte, error) {
	s := savedRecord{
		Number: r.Number, Push: state.Of(r.Push), Device: r.Device, Omitted: r.Omitted,
		Rejection: r.Rejection, Status: r.Status(),
	}
	for i := range r.Steps {
		step := &r.Steps[i]
		s.Steps = append(s.Steps, savedStep{step.At, step.Kind, step.Device, step.Cause, step.Detail})
	}
	if r.Omitted > 0 {
		s.Counts = r.Counts
	}
	record, err := json.Marshal(&s)
	if err != nil || r.request == nil {
		return record, err
	}
	request, err := json.Marshal(savedRequest{r.Headers(), r.Request()})
	return append(append(record, '\n'), request...), err // neither has a line break
}

// Restore adds records of an earlier journal, before anything is recorded, and returns their
// numbers. What is recorded later has higher ones.
func (j *Journal) Restore(encoded [][]byte) (numbers []uint64, err error) {
	records := make([]savedRecord, len(encoded))
	numbers = make([]uint64, len(encoded))
	for i, text := range encoded {
		record, request, _ := bytes.Cut(text, []byte("\n"))
		if err := json.Unmarshal(record, &records[i]); err != nil {
			return nil, fmt.Errorf("a record of the history cannot be read: %w", err)
		}
		records[i].request = request
		numbers[i] = records[i].Number
	}
	slices.SortFunc(records, func(a, b savedRecord) int { return int(int64(a.Number) - int64(b.Number)) })
	for i := range records {
		if r := &records[i]; r.Number > 0 && len(r.Steps) > 0 {
			j.restoreTrace(r)
		}
	}
	return numbers, nil
}

// restoreTrace adds a trace with the events of a record.
func (j *Journal) restoreTrace(r *savedRecord) {
	t := &Trace{Push: r.Push.Push(), Device: r.Device}
	if len(r.request) > 0 {
		t.Request = restoredRequest(r.request)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range r.Steps {
		e := Event{At: s.At, Kind: s.Kind, Device: s.Device, Cause: s.Cause, Detail: s.Detail}
		if e.Kind == Rejected || e.Kind == Failure {
			e.Rejection = r.Rejection
		}
		t.noteLocked(&e)
	}
	t.failure = r.Steps[0].Kind == Failure
	t.completeLocked(r)
	t.changed = false
	j.history.restore(t, r.Number)
}

// completeLocked adds what the steps of a record do not say.
func (t *Trace) completeLocked(r *savedRecord) {
	if s := t.attributesLocked(); s.Status == r.Status && r.Omitted == 0 {
		return
	}
	if t.rest == nil {
		t.rest = new(extendedSteps)
	}
	t.rest.status, t.rest.omitted = r.Status, r.Omitted
	if r.Omitted == 0 {
		return
	}
	clear(t.rest.counts[:])
	for kind, n := range r.Counts {
		t.rest.counts[kind] = n
	}
	for _, kind := range t.kinds[:t.plain] {
		t.rest.counts[kind]--
	}
}

// open reports whether more is expected to happen to the push.
func (t *Trace) open() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return !t.failure && t.last != Rejected && t.last != Delivered && t.last != Dropped
}

// restore adds a trace with its number.
func (h *history) restore(t *Trace, number uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.number = number
	h.next = max(h.next, number+1)
	h.partitionOf(t).add(t)
}

// TraceOf returns the trace of a push that an earlier simulator has stored: the one in the
// history, if [Journal.BeginTraces] was called and it is there, or else a new one.
func (j *Journal) TraceOf(push *apns.Notification, device apns.DeviceID) *Trace {
	if j != nil {
		if t := j.open[push.ID]; t != nil && t.Device == device {
			return t
		}
	}
	return &Trace{Push: push, Device: device}
}

// BeginTraces prepares [Journal.TraceOf], which is of use until [Journal.EndTraces]. Neither
// may be called while events are recorded.
func (j *Journal) BeginTraces() {
	j.open = make(map[string]*Trace)
	j.each(new(Query), func(t *Trace, _ *filters.Attributes, _ uint64) bool {
		if t.open() {
			j.open[t.Push.ID] = t
		}
		return true
	})
}

// EndTraces forgets what BeginTraces has prepared.
func (j *Journal) EndTraces() { j.open = nil }

// A restoredRequest is the request of a restored record, as it was saved.
type restoredRequest []byte

// parse returns the request. One that cannot be parsed has nothing in it.
func (r restoredRequest) parse() savedRequest {
	var s savedRequest
	if json.Unmarshal(r, &s) != nil || s.Request == nil {
		s.Request = new(RequestRecord)
	}
	return s
}

func (r restoredRequest) Describe(*Record) *RequestRecord { return r.parse().Request }

func (r restoredRequest) Connection() Connection { return r.parse().Request.Connection }

func (r restoredRequest) Size() int { return len(r) }

// Changed returns records that have changed since it last returned them, the newest first, at
// most limit of them. Records that were evicted or deleted are not among them.
func (j *Journal) Changed(limit int) (records []Record) {
	var traces []*Trace
	for rest := (numberRange{1, math.MaxUint64}); rest.from < rest.to && len(records) < limit; {
		traces, rest = j.history.copy(traces[:0], rest, true, false)
		for _, t := range traces {
			if len(records) < limit && t.takeChange() {
				records = append(records, j.record(t))
			}
		}
	}
	return records
}

// takeChange reports whether the trace has changed since the last call. It does not report a
// deleted one.
func (t *Trace) takeChange() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	changed := t.changed && !t.deleted
	t.changed = false
	return changed
}

// Deletions returns how often records were deleted.
func (j *Journal) Deletions() uint64 { return j.deletions.Load() }

// Numbers returns the numbers of all records.
func (j *Journal) Numbers() map[uint64]bool {
	all := make(map[uint64]bool)
	j.each(new(Query), func(_ *Trace, _ *filters.Attributes, number uint64) bool {
		all[number] = true
		return true
	})
	return all
}
