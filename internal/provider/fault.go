package provider

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// A faultContext is a request that was judged, as faults see it.
type faultContext struct {
	clock      *clock.Clock // the time of the team
	stream     *h2.Stream
	subject    fault.Subject
	push       *apns.Notification // for the journal; nil if the request is about channels
	track      *journal.Track     // of push; nil if nobody follows it
	rejection  *apns.Rejection    // that it deserves; nil if it is good
	idHeader   string
	id         string
	submit     func() bool // takes it over, if it is good, without a word to anybody
	statusOnly bool        // it is answered with a status alone, that of the twist
	recorded   bool        // the journal knows what has become of it, or will
}

// A outcome is how a request goes on after its faults.
type outcome uint8

const (
	outcomeContinue outcome = iota // as it would have, perhaps with another refusal
	outcomeDiscard                 // it is answered as if it were taken, and is not
	outcomeDone                    // nothing is left to do
)

// A responseOverride is what faults do to the answer of the request at hand.
type responseOverride struct {
	delay  time.Duration
	status int // instead of the reason's; 0 is none
	ids    fault.IDs
}

// withFaults reports whether a request must be looked at for faults.
func (c *conn) faultsPossible(r *request) bool {
	return r.reserved != nil || c.server.cfg.Faults.Any(fault.AtRequest)
}

// applyFaults does to a request what rules and reserved device tokens say. The outcome
// keep a reserved token is for a request that is good otherwise.
func (c *conn) applyFaults(d *faultContext, reserved *fault.Reserved) outcome {
	c.completeSubject(d)
	if reserved != nil && (d.rejection == nil || reserved.Action.Do == fault.Answer) {
		hit := reserved.Hit()
		if outcome := c.applyFault(d, &hit); outcome != outcomeContinue {
			return outcome
		}
	}
	for hit := range c.server.cfg.Faults.Hits(fault.AtRequest, &d.subject) {
		if outcome := c.applyFault(d, &hit); outcome != outcomeContinue {
			return outcome
		}
	}
	if d.statusOnly {
		c.recordStatusOnly(d, c.override.status)
		c.send(d.stream, c.override.status, nil, []hpack.HeaderField{idField(d.idHeader, d.id)})
		return outcomeDone
	}
	if reserved != nil && d.rejection == nil { // there is no device behind such a token
		return outcomeDiscard
	}
	return outcomeContinue
}

// applyFault does one fault, and puts it into the journal with what becomes of the push.
func (c *conn) applyFault(d *faultContext, hit *fault.Hit) outcome {
	j := c.server.cfg.Journal
	d.record(j, journal.Faulted, hit.Rule, hit.Action.String())
	outcome := c.applyAction(d, hit)
	if outcome == outcomeDone && d.push != nil && !d.recorded {
		d.record(j, journal.Dropped, string(broker.DropFault), "")
	}
	return outcome
}

// record puts an event about the request into the journal.
func (d *faultContext) record(j *journal.Journal, kind journal.Kind, cause, detail string) {
	j.Record(journal.Event{At: d.clock.Now(), Kind: kind, Push: d.push, Track: d.track, Device: d.subject.Device, Cause: cause, Detail: detail})
}

// completeSubject completes the subject of a dealing with what is known of the connection
// and the answer.
func (c *conn) completeSubject(d *faultContext) {
	s := &d.subject
	s.Listener, s.Source, s.Environment, s.Memory = c.listener, c.source, c.env, &c.memory
	if c.record != nil {
		s.Connection = c.record.Number
	}
	s.Status = 200
	if d.rejection != nil {
		s.Reason, s.Status = d.rejection.Reason, d.rejection.Reason.Status()
	}
}

// faultSubject is what faults see of a push.
func (r *request) faultSubject(p *push) fault.Subject {
	n := &p.notification
	return fault.Subject{
		Subject: filters.Subject{
			Space: n.TeamID, Topic: n.Topic, Token: n.Token, Device: r.claims.Device, Channel: n.Channel,
			PushType: n.PushType, Priority: n.Priority, CollapseID: n.CollapseID, ID: n.ID, Payload: n.Payload,
		},
		Method: r.method, Path: r.path,
	}
}

// applyAction does one fault.
func (c *conn) applyAction(d *faultContext, hit *fault.Hit) outcome {
	a, hc := hit.Action, d.stream.Conn()
	switch a.Do {
	case fault.Answer:
		return c.overrideAnswer(d, hit)
	case fault.Delay:
		c.override.delay += hit.Delay
	case fault.OddIDs:
		c.override.ids = a.IDs
	case fault.Discard:
		if d.acceptable() {
			return outcomeDiscard
		}
	case fault.StayRegistered:
		if !d.statusOnly && d.rejection != nil && d.rejection.Reason.Status() == 410 {
			return outcomeDiscard
		}
	case fault.NoAnswer:
		d.deliverUnanswered(a)
		return outcomeDone
	case fault.ResetStream:
		d.deliverUnanswered(a)
		d.stream.Reset(a.Code.Number(http2.ErrCodeRefusedStream))
		return outcomeDone
	case fault.ResetConnection:
		d.deliverUnanswered(a)
		c.abort(hc)
		return outcomeDone
	case fault.Mute:
		hc.Mute()
		c.muteFault.Store(hit)
		c.endIfMuteReverted(hc)         // the rule may have gone just now
		d.stream.Reset(http2.ErrCodeNo) // not seen by the provider
		return outcomeDone
	case fault.NoPong:
		hc.IgnorePings(true)
		c.onRevert(hit, func() { hc.IgnorePings(false) })
	case fault.Retire:
		hc.Retire(a.Debug(), retireTime)
	case fault.LimitStreams:
		c.limitStreams(hc, hit)
	case fault.GoAway:
		return c.applyGoAway(d, a)
	}
	return outcomeContinue
}

// deliverUnanswered takes a good request over although its answer is lost, if a says so.
func (d *faultContext) deliverUnanswered(a *fault.Action) {
	if a.Deliver && d.acceptable() {
		d.recorded = d.submit()
	}
}

// acceptable reports whether the request is to be accepted, so far.
func (d *faultContext) acceptable() bool { return d.rejection == nil && !d.statusOnly }

// abort resets the connection.
func (c *conn) abort(hc *h2.Conn) {
	if err := hc.Abort(); err != nil {
		c.server.cfg.Log.Debug("provider: a connection that is reset has gone", "remote", hc.RemoteAddr(), "err", err)
	}
}

// endIfMuteReverted ends a connection on which nothing comes any longer when the rule that
// wanted it so has gone. There is no other way back: what was not written is missing.
func (c *conn) endIfMuteReverted(hc *h2.Conn) {
	if hit := c.muteFault.Load(); hit != nil && hit.Gone() {
		c.abort(hc)
	}
}

// A appliedFault is what a fault has done to the connection for more than one request.
type appliedFault struct {
	hit    fault.Hit
	revert func()
}

// appliedFault notes how to undo what a rule has done, once for each rule.
func (c *conn) onRevert(hit *fault.Hit, undo func()) {
	for i := range c.applied {
		if c.applied[i].hit.Same(hit) {
			return
		}
	}
	c.applied = append(c.applied, appliedFault{*hit, undo})
}

// revertFaults undoes what was done by rules that are no longer in force.
func (c *conn) revertFaults() {
	if len(c.applied) == 0 {
		return
	}
	c.applied = slices.DeleteFunc(c.applied, func(was appliedFault) bool {
		ended := was.hit.Gone()
		if ended {
			was.revert()
		}
		return ended
	})
}

// overrideAnswer answers with what a fault wants.
func (c *conn) overrideAnswer(d *faultContext, hit *fault.Hit) outcome {
	a := hit.Action
	c.override.delay += hit.Delay
	c.override.status = a.Status
	if d.statusOnly = a.Reason == ""; d.statusOnly {
		return outcomeContinue
	}
	d.rejection = apns.Reject(a.Reason, "the fault", hit.Rule, "says so")
	d.rejection.Since = d.clock.Now()
	if a.Since != nil {
		d.rejection.Since = *a.Since
	}
	return outcomeContinue
}

// recordStatusOnly puts an answer into the journal that has a status and no reason. The
// newPush goes nowhere, whatever the provider takes the status for.
func (c *conn) recordStatusOnly(d *faultContext, status int) {
	if d.push == nil {
		return // it is about channels
	}
	d.recorded = true
	j := c.server.cfg.Journal
	e := journal.Event{At: d.clock.Now(), Kind: journal.Rejected, Push: d.push, Track: d.track, Device: d.subject.Device, Status: status}
	if status/100 != 2 {
		j.Record(e)
		return
	}
	e.Kind = journal.Accepted
	j.Record(e)
	d.record(j, journal.Dropped, string(broker.DropFault), "")
}

// limitStreams moves the stream limit. What the provider has sent under a higher one
// is refused.
// observed: pushy#476, Apple forum 54407
func (c *conn) limitStreams(hc *h2.Conn, hit *fault.Hit) {
	before := hc.MaxConcurrentStreams()
	c.onRevert(hit, func() {
		hc.SetMaxConcurrentStreams(before)
		hc.EndOverruns(false)
	})
	if hit.Action.Overrun {
		hc.EndOverruns(true)
	}
	if limit := hit.Streams(); limit < hc.MaxConcurrentStreams() {
		hc.LowerMaxConcurrentStreams(limit)
	} else {
		hc.SetMaxConcurrentStreams(limit)
	}
}

// applyGoAway tells the provider to go away. The request at hand goes on if the last
// stream leaves it in.
func (c *conn) applyGoAway(d *faultContext, a *fault.Action) outcome {
	hc, id := d.stream.Conn(), d.stream.ID()
	last := lastStream(a.LastStream, id)
	for range 1 + times(a.Twice) {
		hc.GoAway(a.Code.Number(http2.ErrCodeNo), last, a.Debug())
	}
	if a.Close != fault.CloseNever {
		hc.Finish(a.Close != fault.CloseNow)
	}
	if last >= id && a.Close != fault.CloseNow {
		return outcomeContinue
	}
	d.stream.Reset(http2.ErrCodeRefusedStream) // not seen by the provider: the GOAWAY took the stream
	return outcomeDone
}

func times(again bool) int {
	if again {
		return 1
	}
	return 0
}

// lastStream is the last stream of a GOAWAY while a request on stream id is at hand;
// 0 is none.
func lastStream(l fault.LastStream, id uint32) uint32 {
	switch l {
	case fault.LastNone:
		return 0
	case fault.LastBefore:
		return max(id, 2) - 2
	case fault.LastAny:
		return h2.MaxStreamID
	default:
		return h2.LastAccepted
	}
}

// send answers a request, with the twist that faults give the answer.
func (c *conn) send(s *h2.Stream, status int, body []byte, fields []hpack.HeaderField) {
	if c.override == (responseOverride{}) {
		s.Respond(status, body, fields...)
		return
	}
	t := c.override
	status = cmp.Or(t.status, status)
	fields = t.overrideID(slices.Clone(fields))
	if t.delay == 0 {
		s.Respond(status, body, fields...)
		return
	}
	body = slices.Clone(body)
	c.delays.After(t.delay, func() { s.Respond(status, body, fields...) })
}

// overrideID changes the id of an answer, which is its first field.
func (t *responseOverride) overrideID(fields []hpack.HeaderField) []hpack.HeaderField {
	switch t.ids {
	case fault.IDsMissing:
		return fields[1:]
	case fault.IDsUpper:
		fields[0].Value = strings.ToUpper(fields[0].Value)
	case fault.IDsLower:
		fields[0].Value = strings.ToLower(fields[0].Value)
	}
	return fields
}
