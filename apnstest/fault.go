package apnstest

import (
	"cmp"
	"fmt"
	"reflect"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
)

// A Fault makes the server misbehave. A function for each kind of fault creates one, and
// methods say when it applies:
//
//	apnstest.Reject(apns.TooManyRequests).On(apnstest.ByTopic(app.Topic)).Times(2)
//
// Each method returns a changed copy. [Space.Inject] puts faults into effect, and ends the
// test if a fault is impossible. docs/faults.md describes the kinds.
type Fault struct {
	rule      fault.Rule
	preset    string
	where     []Filter
	condition func(FaultContext) bool
}

func newFault(what fault.Action) Fault { return Fault{rule: fault.Rule{What: what}} }

// Named gives the fault a name, for [Record].Faults and [Space.Hits]. Without it, the
// server makes one up.
func (f Fault) Named(name string) Fault { f.rule.Name = name; return f }

// On restricts the fault to what all filters match, each with one value. Besides the
// filters of pushes it takes [ByListener], [ByConnection], [BySource], [ByPath] and
// [ByBody].
func (f Fault) On(list ...Filter) Fault {
	f.where = append(append([]Filter(nil), f.where...), list...)
	return f
}

// If restricts the fault to what the condition is true for. The condition is called from
// any goroutine.
func (f Fault) If(condition func(FaultContext) bool) Fault { f.condition = condition; return f }

// Times ends the fault after n hits.
func (f Fault) Times(n int) Fault { f.rule.When.Times = n; return f }

// After skips the first n matches.
func (f Fault) After(n int) Fault { f.rule.When.After = n; return f }

// Every applies the fault to every nth match, starting with the first.
func (f Fault) Every(n int) Fault { f.rule.When.Every = n; return f }

// PerConnection makes After, Every and Times count each connection by itself.
func (f Fault) PerConnection() Fault { f.rule.When.PerConnection = true; return f }

// Probability applies the fault to a match with probability p, decided by [Config].Seed.
func (f Fault) Probability(p float64) Fault { f.rule.When.Probability = p; return f }

// Until ends the fault at a time of the clock of the space.
func (f Fault) Until(t time.Time) Fault { f.rule.When.Until = &t; return f }

// Delayed delays the response of [Reject] or [RespondStatus].
func (f Fault) Delayed(l Latency) Fault { f.rule.What.Delay = l.latency(); return f }

// Sticky makes [Reject] or [RespondStatus] answer all later requests on the connection
// the same way.
func (f Fault) Sticky() Fault { f.rule.What.Sticky = true; return f }

// UnregisteredSince sets the time in a response with status 410.
func (f Fault) UnregisteredSince(t time.Time) Fault { f.rule.What.Since = &t; return f }

// Deliver accepts the push anyway, as when the response is lost on the network. It is for
// [NoResponse], [ResetStream] and [ResetConnection].
func (f Fault) Deliver() Fault { f.rule.What.Deliver = true; return f }

// Reject answers requests with a reason and its status, regardless of the checks.
func Reject(reason apns.Reason) Fault {
	return newFault(fault.Action{Do: fault.Respond, Reason: reason})
}

// RespondStatus answers requests with a status and an empty body.
func RespondStatus(status int) Fault {
	return newFault(fault.Action{Do: fault.Respond, Status: status})
}

// DelayResponse delays responses. The push itself is accepted at once.
func DelayResponse(l Latency) Fault {
	return newFault(fault.Action{Do: fault.Delay, Delay: l.latency()})
}

// NoResponse never answers requests. Their streams stay open.
func NoResponse() Fault { return newFault(fault.Action{Do: fault.NoResponse}) }

// ResetStream resets streams instead of answering; "" is REFUSED_STREAM.
func ResetStream(code ErrorCode) Fault {
	return newFault(fault.Action{Do: fault.ResetStream, Code: fault.Code(code)})
}

// ResetConnection ends connections with a TCP reset instead of answering.
func ResetConnection() Fault { return newFault(fault.Action{Do: fault.ResetConnection}) }

// GoAway sends GOAWAY before the response.
func GoAway(o GoAwayOptions) Fault { return o.fault(fault.GoAway) }

// GoAwayFirst sends GOAWAY as the first frame of a connection, before SETTINGS.
func GoAwayFirst(o GoAwayOptions) Fault { return o.fault(fault.GoAwayFirst) }

// GoAwayRefuse sends GOAWAY, answers the request, and resets later streams with
// REFUSED_STREAM. Of the options it takes Reason and Text.
func GoAwayRefuse(o GoAwayOptions) Fault { return o.fault(fault.GoAwayRefuse) }

// GoAwayOptions describe a GOAWAY. The zero value is one with NO_ERROR and the newest
// stream as its last one; the connection ends when all open streams are answered.
type GoAwayOptions struct {
	// Reason goes into the debug data as APNs writes it. Text goes there as it is.
	Reason apns.Reason
	Text   string
	Code   ErrorCode
	// LastStream is the last stream ID. Twice sends the GOAWAY twice.
	LastStream LastStream
	Twice      bool
	// Close is when the connection ends.
	Close ConnectionEnd
}

func (o GoAwayOptions) fault(kind fault.Kind) Fault {
	return newFault(fault.Action{
		Do: kind, Reason: o.Reason, Text: o.Text, Code: fault.Code(o.Code),
		LastStream: fault.LastStream(o.LastStream), Twice: o.Twice, Close: fault.Close(o.Close),
	})
}

// LimitStreams changes the limit of concurrent streams to the next value at each hit.
func LimitStreams(limits ...uint32) Fault {
	return newFault(fault.Action{Do: fault.LimitStreams, Streams: limits})
}

// LimitStreamsStrictly is LimitStreams, and ends a connection that has a stream open
// above the limit.
func LimitStreamsStrictly(limits ...uint32) Fault {
	return newFault(fault.Action{Do: fault.LimitStreams, Streams: limits, Overrun: true})
}

// Mute sends nothing more on the connection, not even the response to a PING, and keeps it
// open.
func Mute() Fault { return newFault(fault.Action{Do: fault.Mute}) }

// NoPong answers no more PING on the connection.
func NoPong() Fault { return newFault(fault.Action{Do: fault.NoPong}) }

// Discard accepts pushes and drops them.
func Discard() Fault { return newFault(fault.Action{Do: fault.Discard}) }

// StayRegistered accepts pushes to an uninstalled app and drops them, instead of
// rejecting them with Unregistered.
func StayRegistered() Fault { return newFault(fault.Action{Do: fault.StayRegistered}) }

// OddIDs changes the form of the apns-id in responses.
func OddIDs(form IDForm) Fault {
	return newFault(fault.Action{Do: fault.OddIDs, IDs: fault.IDs(form)})
}

// SlowAccept delays TLS handshakes. The team of a connection is not known that early, so
// inject this and other faults of new connections into the [Server], not a [Space].
func SlowAccept(l Latency) Fault {
	return newFault(fault.Action{Do: fault.SlowAccept, Delay: l.latency()})
}

// RejectConnection resets connections before the TLS handshake; see [SlowAccept].
func RejectConnection() Fault { return newFault(fault.Action{Do: fault.RefuseConnection}) }

// ShowChain presents a server certificate that clients must reject; see [SlowAccept].
func ShowChain(chain Chain) Fault {
	return newFault(fault.Action{Do: fault.ShowChain, Chain: fault.Chain(chain)})
}

// BreakHandshake fails TLS handshakes after the ClientHello; see [SlowAccept].
func BreakHandshake(failure HandshakeFailure) Fault {
	return newFault(fault.Action{Do: fault.BreakHandshake, Handshake: fault.Handshake(failure)})
}

// RejectLogin rejects logins of devices, with a text unless it is "".
func RejectLogin(text string) Fault {
	return newFault(fault.Action{Do: fault.RejectLogin, Text: text})
}

// RejectLoginWithTime rejects logins of devices with the courier's time: a device corrects its
// clock and tries again.
func RejectLoginWithTime(text string) Fault {
	return newFault(fault.Action{Do: fault.RejectLogin, Text: text, Retry: true})
}

// Redirect redirects devices to another courier, with a text unless it is "".
func Redirect(host, text string) Fault {
	return newFault(fault.Action{Do: fault.Redirect, Host: host, Text: text})
}

// SlowLogin delays responses to logins of devices.
func SlowLogin(l Latency) Fault {
	return newFault(fault.Action{Do: fault.SlowLogin, Delay: l.latency()})
}

// NoKeepalive does not answer keepalives of devices.
func NoKeepalive() Fault { return newFault(fault.Action{Do: fault.NoKeepalive}) }

// Drop loses pushes on their way to the device.
func Drop() Fault { return newFault(fault.Action{Do: fault.Drop}) }

// Duplicate sends each push to the device that many times; 0 means 2.
func Duplicate(copies int) Fault {
	return newFault(fault.Action{Do: fault.Duplicate, Copies: copies})
}

// SlowPush delays a push and all later pushes to the device.
func SlowPush(l Latency) Fault {
	return newFault(fault.Action{Do: fault.SlowPush, Delay: l.latency()})
}

// Reorder sends a push after the next one.
func Reorder() Fault { return newFault(fault.Action{Do: fault.Reorder}) }

// Disconnect ends the device's connection before the push is sent.
func Disconnect() Fault { return newFault(fault.Action{Do: fault.Disconnect}) }

// Preset is a misbehavior that was observed at APNs, by its name in docs/faults.md, such
// as "wedged". On restricts it further. If other methods say when it applies, that
// replaces the preset's own conditions.
func Preset(name string) Fault { return Fault{preset: name} }

// rules returns the rules of the fault. The condition stands for the function of If.
func (f Fault) rules(condition string) ([]fault.Rule, error) {
	words, err := query(f.where)
	if err != nil {
		return nil, err
	}
	var where fault.Where
	for word, values := range words {
		if len(values) > 1 {
			return nil, fmt.Errorf("%s has %d values; a fault takes one", word, len(values))
		}
		if where == nil {
			where = fault.Where{}
		}
		where[word] = values[0]
	}
	f.rule.Where, f.rule.When.If = where, condition
	if f.preset == "" {
		return []fault.Rule{f.rule}, nil
	}
	if f.rule.Name != "" || !reflect.ValueOf(f.rule.What).IsZero() {
		return nil, fmt.Errorf("preset %s: it has a name and an action of its own; leave that out", f.preset)
	}
	preset, err := fault.FindPreset(f.preset)
	if err != nil {
		return nil, err
	}
	return preset.With(where, f.rule.When)
}

// A FaultContext is what a condition of [Fault.If] knows about the request, connection or
// delivery.
type FaultContext struct {
	// Notification is the push, if there is one.
	apns.Notification
	// Device is the ID of the device, "" if unknown.
	Device string
	// Status and Reason are the response that the checks determined.
	Status int
	Reason apns.Reason
	// Method and Path are of the request, Connection is the number of the connection,
	// Source the address of the client without port.
	Method, Path string
	Connection   uint64
	Source       string
}

func faultContext(s *fault.Attributes) FaultContext {
	return FaultContext{
		Notification: apns.Notification{
			ID: s.ID, UniqueID: s.UniqueID, TeamID: s.Space, Environment: s.Environment, Token: s.Token, Channel: s.Channel,
			Topic: s.Topic, PushType: s.PushType, Priority: s.Priority, CollapseID: s.CollapseID, Payload: s.Payload,
		},
		Device: deviceText(s.Device), Status: s.Status, Reason: s.Reason, Method: s.Method, Path: s.Path, Connection: s.Connection, Source: s.Source,
	}
}

// TokenFor returns a reserved device token, in hex: a push to it with valid credentials is
// rejected with that reason, without further setup. Besides reasons it takes slow,
// no-response, reset-stream, goaway, reset and silence. It panics if there is no such
// outcome.
func TokenFor(outcome apns.Reason) string {
	r, err := fault.FindReserved(string(outcome))
	if err != nil {
		panic(fmt.Sprintf("apnstest: %v", err))
	}
	return r.Token.String()
}

// A Latency is how long something takes: [Exactly], [Between] or [Lognormal].
type Latency struct{ l fault.Latency }

// Exactly is always the same time.
func Exactly(d time.Duration) Latency { return Latency{fault.Latency{Fixed: fault.Duration(d)}} }

// Between is evenly distributed.
func Between(least, most time.Duration) Latency {
	return Latency{fault.Latency{Min: fault.Duration(least), Max: fault.Duration(most)}}
}

// Lognormal is lognormally distributed, as the delays of real networks are. Sigma is the
// width: 0.5 is narrow, 2 is wide.
func Lognormal(median time.Duration, sigma float64) Latency {
	return Latency{fault.Latency{Median: fault.Duration(median), Sigma: sigma}}
}

// Growing adds a time at each hit.
func (l Latency) Growing(by time.Duration) Latency { l.l.Growth = fault.Duration(by); return l }

// AtMost bounds the latency.
func (l Latency) AtMost(most time.Duration) Latency { l.l.Max = fault.Duration(most); return l }

func (l Latency) latency() *fault.Latency { return &l.l }

// ByListener selects what a listener accepts, for faults.
func ByListener(listeners ...Listener) Filter {
	return Filter{"listener", texts(listeners, func(l Listener) string { return string(l) })}
}

// ByConnection selects by [Connection].ID, for faults.
func ByConnection(ids ...uint64) Filter {
	return Filter{"connection", texts(ids, func(id uint64) string { return fmt.Sprint(id) })}
}

// BySource selects by the client's address without port, for faults.
func BySource(addresses ...string) Filter { return Filter{"source", addresses} }

// ByPath selects by request path, for faults; * matches any part between slashes.
func ByPath(patterns ...string) Filter { return Filter{"path", patterns} }

// ByBody selects by the whole payload, byte for byte, for faults.
func ByBody(bodies ...string) Filter { return Filter{"body", bodies} }

// A FaultState is a fault that is in effect.
type FaultState struct {
	// Name is the one of [Fault.Named], or made up. A preset of several faults has
	// several names, such as slow-connect-1.
	Name string
	// Matched is how often the fault could have applied, Hits how often it did.
	Matched, Hits int
}

// String returns the name.
func (s FaultState) String() string { return cmp.Or(s.Name, "unnamed") }
