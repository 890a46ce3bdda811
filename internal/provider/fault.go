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

// A dealing is a request that was judged, as faults see it.
type dealing struct {
	clock    *clock.Clock // the time of the team
	stream   *h2.Stream
	subject  fault.Subject
	push     *apns.Notification // for the journal; nil if the request is about channels
	track    *journal.Track     // of push; nil if nobody follows it
	refusal  *apns.Rejection    // that it deserves; nil if it is good
	idHeader string
	id       string
	take     func() bool // takes it over, if it is good, without a word to anybody
	bare     bool        // it is answered with a status alone, that of the twist
	told     bool        // the journal knows what has become of it, or will
}

// A course is how a request goes on after its faults.
type course uint8

const (
	goOn    course = iota // as it would have, perhaps with another refusal
	pretend               // it is answered as if it were taken, and is not
	ended                 // nothing is left to do
)

// A twist is what faults do to the answer of the request at hand.
type twist struct {
	delay  time.Duration
	status int // instead of the reason's; 0 is none
	ids    fault.IDs
}

// faulty reports whether a request must be looked at for faults.
func (c *conn) faulty(r *request) bool {
	return r.reserved != nil || c.server.cfg.Faults.Any(fault.AtRequest)
}

// misbehave does to a request what rules and reserved device tokens say. The outcome
// of a reserved token is for a request that is good otherwise.
func (c *conn) misbehave(d *dealing, reserved *fault.Reserved) course {
	c.describe(d)
	if reserved != nil && (d.refusal == nil || reserved.Action.Do == fault.Answer) {
		hit := reserved.Hit()
		if course := c.do(d, &hit); course != goOn {
			return course
		}
	}
	for hit := range c.server.cfg.Faults.Hits(fault.AtRequest, &d.subject) {
		if course := c.do(d, &hit); course != goOn {
			return course
		}
	}
	if d.bare {
		c.recordBare(d, c.twist.status)
		c.send(d.stream, c.twist.status, nil, []hpack.HeaderField{idField(d.idHeader, d.id)})
		return ended
	}
	if reserved != nil && d.refusal == nil { // there is no device behind such a token
		return pretend
	}
	return goOn
}

// do does one fault, and puts it into the journal with what becomes of the push.
func (c *conn) do(d *dealing, hit *fault.Hit) course {
	j := c.server.cfg.Journal
	d.record(j, journal.Faulted, hit.Rule, hit.Action.String())
	course := c.act(d, hit)
	if course == ended && d.push != nil && !d.told {
		d.record(j, journal.Dropped, string(broker.DropFault), "")
	}
	return course
}

// record puts an event about the request into the journal.
func (d *dealing) record(j *journal.Journal, kind journal.Kind, cause, detail string) {
	j.Record(journal.Event{At: d.clock.Now(), Kind: kind, Push: d.push, Track: d.track, Device: d.subject.Device, Cause: cause, Detail: detail})
}

// describe completes the subject of a dealing with what is known of the connection
// and the answer.
func (c *conn) describe(d *dealing) {
	s := &d.subject
	s.Listener, s.Source, s.Environment, s.Memory = c.listener, c.source, c.env, &c.memory
	if c.peer != nil {
		s.Connection = c.peer.Number
	}
	s.Status = 200
	if d.refusal != nil {
		s.Reason, s.Status = d.refusal.Reason, d.refusal.Reason.Status()
	}
}

// pushSubject is what faults see of a push.
func (r *request) pushSubject(p *push) fault.Subject {
	n := &p.notification
	return fault.Subject{
		Subject: filters.Subject{
			Space: n.TeamID, Topic: n.Topic, Token: n.Token, Device: r.claims.Device, Channel: n.Channel,
			PushType: n.PushType, Priority: n.Priority, CollapseID: n.CollapseID, ID: n.ID, Payload: n.Payload,
		},
		Method: r.method, Path: r.path,
	}
}

// act does one fault.
func (c *conn) act(d *dealing, hit *fault.Hit) course {
	a, hc := hit.Action, d.stream.Conn()
	switch a.Do {
	case fault.Answer:
		return c.forge(d, hit)
	case fault.Delay:
		c.twist.delay += hit.Delay
	case fault.OddIDs:
		c.twist.ids = a.IDs
	case fault.Discard:
		if d.good() {
			return pretend
		}
	case fault.StayRegistered:
		if !d.bare && d.refusal != nil && d.refusal.Reason.Status() == 410 {
			return pretend
		}
	case fault.NoAnswer:
		d.deliver(a)
		return ended
	case fault.ResetStream:
		d.deliver(a)
		d.stream.Reset(a.Code.Number(http2.ErrCodeRefusedStream))
		return ended
	case fault.ResetConnection:
		d.deliver(a)
		c.abort(hc)
		return ended
	case fault.Mute:
		hc.Mute()
		c.muted.Store(hit)
		c.endIfUnmuted(hc)              // the rule may have gone just now
		d.stream.Reset(http2.ErrCodeNo) // not seen by the provider
		return ended
	case fault.NoPong:
		hc.IgnorePings(true)
		c.change(hit, func() { hc.IgnorePings(false) })
	case fault.Retire:
		hc.Retire(a.Debug(), retireTime)
	case fault.LimitStreams:
		c.limitStreams(hc, hit)
	case fault.GoAway:
		return c.sendAway(d, a)
	}
	return goOn
}

// deliver takes a good request over although its answer is lost, if a says so.
func (d *dealing) deliver(a *fault.Action) {
	if a.Deliver && d.good() {
		d.told = d.take()
	}
}

// good reports whether the request is to be accepted, so far.
func (d *dealing) good() bool { return d.refusal == nil && !d.bare }

// abort resets the connection.
func (c *conn) abort(hc *h2.Conn) {
	if err := hc.Abort(); err != nil {
		c.server.cfg.Log.Debug("provider: a connection that is reset has gone", "remote", hc.RemoteAddr(), "err", err)
	}
}

// endIfUnmuted ends a connection on which nothing comes any longer when the rule that
// wanted it so has gone. There is no other way back: what was not written is missing.
func (c *conn) endIfUnmuted(hc *h2.Conn) {
	if hit := c.muted.Load(); hit != nil && hit.Gone() {
		c.abort(hc)
	}
}

// A change is what a fault has done to the connection for more than one request.
type change struct {
	hit  fault.Hit
	undo func()
}

// change notes how to undo what a rule has done, once for each rule.
func (c *conn) change(hit *fault.Hit, undo func()) {
	for i := range c.changed {
		if c.changed[i].hit.Same(hit) {
			return
		}
	}
	c.changed = append(c.changed, change{*hit, undo})
}

// heal undoes what was done by rules that are no longer in force.
func (c *conn) heal() {
	if len(c.changed) == 0 {
		return
	}
	c.changed = slices.DeleteFunc(c.changed, func(was change) bool {
		gone := was.hit.Gone()
		if gone {
			was.undo()
		}
		return gone
	})
}

// forge answers with what a fault wants.
func (c *conn) forge(d *dealing, hit *fault.Hit) course {
	a := hit.Action
	c.twist.delay += hit.Delay
	c.twist.status = a.Status
	if d.bare = a.Reason == ""; d.bare {
		return goOn
	}
	d.refusal = apns.Reject(a.Reason, "the fault", hit.Rule, "says so")
	d.refusal.Since = d.clock.Now()
	if a.Since != nil {
		d.refusal.Since = *a.Since
	}
	return goOn
}

// recordBare puts an answer into the journal that has a status and no reason. The
// push goes nowhere, whatever the provider takes the status for.
func (c *conn) recordBare(d *dealing, status int) {
	if d.push == nil {
		return // it is about channels
	}
	d.told = true
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
	c.change(hit, func() {
		hc.SetMaxConcurrentStreams(before)
		hc.EndOverruns(false)
	})
	if hit.Action.Overrun {
		hc.EndOverruns(true)
	}
	if limit := hit.Streams(); limit < hc.MaxConcurrentStreams() {
		hc.Curtail(limit)
	} else {
		hc.SetMaxConcurrentStreams(limit)
	}
}

// sendAway tells the provider to go away. The request at hand goes on if the last
// stream leaves it in.
func (c *conn) sendAway(d *dealing, a *fault.Action) course {
	hc, id := d.stream.Conn(), d.stream.ID()
	last := lastStream(a.LastStream, id)
	for range 1 + times(a.Twice) {
		hc.GoAway(a.Code.Number(http2.ErrCodeNo), last, a.Debug())
	}
	if a.Close != fault.CloseNever {
		hc.Finish(a.Close != fault.CloseNow)
	}
	if last >= id && a.Close != fault.CloseNow {
		return goOn
	}
	d.stream.Reset(http2.ErrCodeRefusedStream) // not seen by the provider: the GOAWAY took the stream
	return ended
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
		return h2.AnyLast
	default:
		return h2.OwnLast
	}
}

// send answers a request, with the twist that faults give the answer.
func (c *conn) send(s *h2.Stream, status int, body []byte, fields []hpack.HeaderField) {
	if c.twist == (twist{}) {
		s.Respond(status, body, fields...)
		return
	}
	t := c.twist
	status = cmp.Or(t.status, status)
	fields = t.twistID(slices.Clone(fields))
	if t.delay == 0 {
		s.Respond(status, body, fields...)
		return
	}
	body = slices.Clone(body)
	c.delays.After(t.delay, func() { s.Respond(status, body, fields...) })
}

// twistID changes the id of an answer, which is its first field.
func (t *twist) twistID(fields []hpack.HeaderField) []hpack.HeaderField {
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
