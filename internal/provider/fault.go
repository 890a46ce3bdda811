package provider

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// A faultContext is what a fault may look at and change of a request, once the request
// is checked.
type faultContext struct {
	*request
	op         operation
	attributes fault.Attributes
	rejection  *apns.Rejection // by the checks or by a fault; nil if the request is acceptable
	statusOnly bool            // it is answered with the status of the override and no reason
	recorded   bool            // the journal has, or the broker will write, how the request ended
}

// An outcome is how a request continues after its faults.
type outcome uint8

const (
	outcomeContinue outcome = iota // to the next stage
	outcomeDiscard                 // it is answered as accepted and not submitted
	outcomeDone                    // it is finished
)

// A responseOverride is what faults change about the response of the current request.
type responseOverride struct {
	delay  time.Duration
	status int // instead of the reason's; 0 is none
	ids    fault.IDs
}

// applyFaults is the stage of faults: those of a reserved device token, then those
// of the rules that match. It returns the rejection that the request has from now on,
// and how it continues.
func (c *conn) applyFaults(r *request, op operation, rejection *apns.Rejection) (*apns.Rejection, outcome) {
	f := &c.faultContext
	*f = faultContext{request: r, op: op, attributes: op.faultAttributes(), rejection: rejection}
	c.completeAttributes(f)
	next := c.applyMatching(f)
	switch {
	case next != outcomeDiscard:
		return f.rejection, next
	case r.notification == nil: // nothing of channel management can be discarded
		return rejection, outcomeContinue
	}
	return nil, outcomeDiscard
}

// applyMatching applies faults until one of them decides how the request continues.
// The outcome of a reserved device token is for a request that is acceptable otherwise.
func (c *conn) applyMatching(f *faultContext) outcome {
	reserved := f.reserved
	if reserved != nil && (f.rejection == nil || reserved.Action.Do == fault.Respond) {
		hit := reserved.Hit()
		if next := c.applyFault(f, &hit); next != outcomeContinue {
			return next
		}
	}
	for hit := range c.server.cfg.Faults.Hits(fault.AtRequest, &f.attributes) {
		if next := c.applyFault(f, &hit); next != outcomeContinue {
			return next
		}
	}
	if f.statusOnly {
		c.respondStatusOnly(f)
		return outcomeDone
	}
	if reserved != nil && f.rejection == nil { // no device has such a token
		return outcomeDiscard
	}
	return outcomeContinue
}

// applyFault records a fault in the journal and applies it.
func (c *conn) applyFault(f *faultContext, hit *fault.Hit) outcome {
	f.record(journal.Event{Kind: journal.Faulted, Cause: hit.Rule, Detail: hit.Action.String()})
	next := c.applyAction(f, hit)
	if next == outcomeDone && f.notification != nil && !f.recorded {
		f.record(journal.Event{Kind: journal.Dropped, Cause: string(broker.DropFault)})
	}
	return next
}

// completeAttributes adds to the attributes what is known of the connection and of the
// answer.
func (c *conn) completeAttributes(f *faultContext) {
	s := &f.attributes
	s.Listener, s.Source, s.Environment, s.Memory = c.listener, c.source, c.env, &c.memory
	if c.record != nil {
		s.Connection = c.record.Number
	}
	s.Status = 200
	if f.rejection != nil {
		s.Reason, s.Status = f.rejection.Reason, f.rejection.Reason.Status()
	}
}

// applyAction does what one fault says.
func (c *conn) applyAction(f *faultContext, hit *fault.Hit) outcome {
	a, hc := hit.Action, f.stream.Conn()
	switch a.Do {
	case fault.Respond:
		return c.overrideResponse(f, hit)
	case fault.Delay:
		c.override.delay += hit.Delay
	case fault.OddIDs:
		c.override.ids = a.IDs
	case fault.Discard:
		if f.acceptable() {
			return outcomeDiscard
		}
	case fault.StayRegistered:
		if !f.statusOnly && f.rejection != nil && f.rejection.Reason.Status() == 410 {
			return outcomeDiscard
		}
	case fault.NoResponse:
		f.deliverUnanswered(a)
		return outcomeDone
	case fault.ResetStream:
		f.deliverUnanswered(a)
		f.stream.Reset(a.Code.Number(http2.ErrCodeRefusedStream))
		return outcomeDone
	case fault.ResetConnection:
		f.deliverUnanswered(a)
		c.abort(hc)
		return outcomeDone
	case fault.Mute:
		hc.Mute()
		c.muteFault.Store(hit)
		c.endIfMuteReverted(hc)         // the rule may have been removed meanwhile
		f.stream.Reset(http2.ErrCodeNo) // not seen by the provider
		return outcomeDone
	case fault.NoPong:
		hc.IgnorePings(true)
		c.onRevert(hit, func() { hc.IgnorePings(false) })
	case fault.GoAwayRefuse:
		hc.GoAwayRefuse(a.Debug(), refusedStreamsTime)
	case fault.LimitStreams:
		c.limitStreams(hc, hit)
	case fault.GoAway:
		return c.applyGoAway(f, a)
	}
	return outcomeContinue
}

// deliverUnanswered submits an acceptable request whose response the fault suppresses,
// if the action says so.
func (f *faultContext) deliverUnanswered(a *fault.Action) {
	if a.Deliver && f.acceptable() {
		f.recorded = f.op.submit() == nil
		if _, ok := f.op.(*pushRequest); ok && f.recorded {
			f.conn.respondWhenStored(nil)
		}
	}
}

// acceptable reports whether the request is still to be accepted.
func (f *faultContext) acceptable() bool { return f.rejection == nil && !f.statusOnly }

// abort resets the connection.
func (c *conn) abort(hc *h2.Conn) {
	if err := hc.Abort(); err != nil {
		c.server.cfg.Log.Debug("provider: reset failed, the connection is closed already", "remote", hc.RemoteAddr(), "err", err)
	}
}

// endIfMuteReverted ends a muted connection once the rule that muted it is gone. It
// cannot be unmuted: the frames that were not written are missing.
func (c *conn) endIfMuteReverted(hc *h2.Conn) {
	if hit := c.muteFault.Load(); hit != nil && hit.Removed() {
		c.abort(hc)
	}
}

// An appliedFault is an effect on the connection that outlasts the request, and how to
// revert it.
type appliedFault struct {
	hit    fault.Hit
	revert func()
}

// onRevert registers how to revert an effect, once for each rule.
func (c *conn) onRevert(hit *fault.Hit, undo func()) {
	for i := range c.applied {
		if c.applied[i].hit.Same(hit) {
			return
		}
	}
	c.applied = append(c.applied, appliedFault{*hit, undo})
}

// revertFaults reverts the effects of rules that are no longer in force.
func (c *conn) revertFaults() {
	if len(c.applied) == 0 {
		return
	}
	c.applied = slices.DeleteFunc(c.applied, func(was appliedFault) bool {
		ended := was.hit.Removed()
		if ended {
			was.revert()
		}
		return ended
	})
}

// overrideResponse sets the reason and the status that the fault wants.
func (c *conn) overrideResponse(f *faultContext, hit *fault.Hit) outcome {
	a := hit.Action
	c.override.delay += hit.Delay
	c.override.status = a.Status
	if f.statusOnly = a.Reason == ""; f.statusOnly {
		return outcomeContinue
	}
	f.rejection = apns.Reject(a.Reason, "fault rule", hit.Rule)
	f.rejection.Since = f.clock().Now()
	if a.Since != nil {
		f.rejection.Since = *a.Since
	}
	return outcomeContinue
}

// respondStatusOnly answers with a status and no reason, and records that. The push is
// not delivered, whatever the status is.
func (c *conn) respondStatusOnly(f *faultContext) {
	status := c.override.status
	if f.notification != nil { // not of channel management
		f.recordStatusOnly(status)
	}
	c.send(f.stream, status, nil, []hpack.HeaderField{idField(f.responseIDHeader, f.responseID)})
}

func (f *faultContext) recordStatusOnly(status int) {
	f.recorded = true
	if status/100 != 2 {
		f.record(journal.Event{Kind: journal.Rejected, Status: status})
		return
	}
	f.record(journal.Event{Kind: journal.Accepted, Status: status})
	f.record(journal.Event{Kind: journal.Dropped, Cause: string(broker.DropFault)})
}

// limitStreams changes the stream limit. Streams that the provider has opened under a
// higher one are refused.
// observed: jchambers/pushy#476, Apple forum 54407
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

// applyGoAway sends GOAWAY. The current request continues if the last stream ID
// includes it.
func (c *conn) applyGoAway(f *faultContext, a *fault.Action) outcome {
	hc, id := f.stream.Conn(), f.stream.ID()
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
	f.stream.Reset(http2.ErrCodeRefusedStream) // not seen by the provider: the GOAWAY took the stream
	return outcomeDone
}

func times(again bool) int {
	if again {
		return 1
	}
	return 0
}

// lastStream returns the last stream ID of a GOAWAY that is sent while stream id is
// the current one; 0 is none.
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

// overrideID changes the ID of a response, which is its first field.
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
