package apnstest

import (
	"fmt"
	"reflect"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
)

// A Fault is something that goes wrong on purpose: where, how often, and what. See
// [Space.Inject]. docs/faults.md describes the kinds and which parameters each takes;
// a parameter that has no meaning for a kind ends the test.
type Fault struct {
	// Name is how records call it; one is made up if it is "".
	Name string

	// Preset is a quirk that was seen at APNs, by its name in docs/faults.md, in the
	// place of Name, and of Do with all that goes with it. Where adds to its own
	// words; If and what else says when, if there is any, takes the place of its own.
	Preset string

	// Where says to whom it happens, by filter words (see [Space.Wait]) and by listener,
	// connection, source, path and body; nil is everybody.
	Where map[string]string
	// If, if there is one, has to hold as well. It is called from any goroutine.
	If func(Happening) bool

	// Probability is the chance to happen, by [Config].Seed; 0 means 1. After is how
	// many are spared first, Every that only the first of each so many is not, and
	// Times how often it happens in all; 0 is no limit. PerConnection has each
	// connection counted by itself. It ends at Until, by the clock here.
	Probability         float64
	After, Every, Times int
	PerConnection       bool
	Until               time.Time

	// Do is what happens. If it is "", it is answer if there is a Reason or a
	// Status, and delay if there is a Delay.
	Do FaultKind

	// Reason and Status are of an answer, Since the time in one with status 410;
	// Sticky answers all later requests of the connection so, too.
	Reason apns.Reason
	Status int
	Since  time.Time
	Sticky bool
	// Delay is how much later.
	Delay Latency
	// Deliver takes the push all the same, as when an answer is lost.
	Deliver bool

	// Code is the name of an HTTP/2 error code, such as REFUSED_STREAM. LastStream
	// is the last stream of a GOAWAY: own, none, before or any; Twice sends it
	// twice, Text goes along, and Close is when the connection ends: answered, now or
	// never.
	Code       string
	LastStream string
	Twice      bool
	Text       string
	Close      string

	// Streams are limits of concurrent streams, taken in turn; Overrun ends the
	// connection if a stream is open above.
	Streams []uint32
	Overrun bool
	// IDs is the shape of an apns-id: missing, upper or lower.
	IDs string
	// Chain is what is wrong with a certificate: expired, wrong-name, unknown-root
	// or incomplete.
	Chain string
	// Handshake is how a TLS handshake fails: cut, old-version, bad-cipher or alert.
	Handshake string
	// Host is the courier that a device is sent to.
	Host string
	// Retry has a device that is refused put its clock right and try again.
	Retry bool
	// Copies is how often a push is sent in all.
	Copies int
}

// A Latency is how long something takes: a fixed time, one between Min and Max, or
// one of a lognormal distribution with Median and Sigma. Growth is added each time.
type Latency struct {
	Fixed, Min, Max, Median time.Duration
	Sigma                   float64
	Growth                  time.Duration
}

// A FaultKind is a kind of fault, by its name in docs/faults.md.
type FaultKind string

// The kinds of faults.
const (
	// Of requests.
	Answer          FaultKind = "answer"
	Delay           FaultKind = "delay"
	NoAnswer        FaultKind = "no-answer"
	ResetStream     FaultKind = "reset-stream"
	ResetConnection FaultKind = "reset-connection"
	GoAway          FaultKind = "goaway"
	Retire          FaultKind = "retire"
	LimitStreams    FaultKind = "limit-streams"
	Mute            FaultKind = "mute"
	NoPong          FaultKind = "no-pong"
	Discard         FaultKind = "discard"
	StayRegistered  FaultKind = "stay-registered"
	OddIDs          FaultKind = "odd-ids"

	// Of connections; whose they are is not known yet, so that a [Space] cannot
	// have them for itself: inject them into the [Server].
	GoAwayFirst      FaultKind = "goaway-first"
	SlowAccept       FaultKind = "slow-accept"
	RefuseConnection FaultKind = "refuse-connection"
	ShowChain        FaultKind = "chain"
	BreakHandshake   FaultKind = "break-handshake"

	// Of devices: those of a Space, if it is injected there.
	RefuseLogin FaultKind = "refuse-login"
	Redirect    FaultKind = "redirect"
	SlowLogin   FaultKind = "slow-login"
	NoKeepalive FaultKind = "no-keepalive"

	// Of deliveries.
	Drop       FaultKind = "drop"
	Duplicate  FaultKind = "duplicate"
	SlowPush   FaultKind = "slow-push"
	Reorder    FaultKind = "reorder"
	Disconnect FaultKind = "disconnect"
)

// A Happening is what a [Fault] may happen to, as far as it is known then.
type Happening struct {
	// Notification is the push, if there is one.
	apns.Notification
	// Device is the id of the device, "" if none is known.
	Device string
	// Status and Reason are what a request deserves, whatever the answer will be.
	Status int
	Reason apns.Reason
	// Method and Path are of a request, Connection numbers the connection, Source is
	// the address of the peer without its port.
	Method, Path string
	Connection   uint64
	Source       string
}

func happening(s *fault.Subject) Happening {
	return Happening{
		Notification: apns.Notification{
			ID: s.ID, UniqueID: s.UniqueID, TeamID: s.Space, Environment: s.Environment, Token: s.Token, Channel: s.Channel,
			Topic: s.Topic, PushType: s.PushType, Priority: s.Priority, CollapseID: s.CollapseID, Payload: s.Payload,
		},
		Device: deviceText(s.Device), Status: s.Status, Reason: s.Reason, Method: s.Method, Path: s.Path, Connection: s.Connection, Source: s.Source,
	}
}

// rules returns the fault as the engine has it. The condition stands for If.
func (f *Fault) rules(condition string) ([]fault.Rule, error) {
	when := fault.When{Probability: f.Probability, After: f.After, Every: f.Every, Times: f.Times, PerConnection: f.PerConnection, Until: known(f.Until), If: condition}
	if f.Preset == "" {
		return []fault.Rule{{Name: f.Name, Where: f.Where, When: when, What: f.action()}}, nil
	}
	if f.Name != "" || !reflect.ValueOf(f.action()).IsZero() {
		return nil, fmt.Errorf("preset %s: it has a name, and says itself what happens; leave that out", f.Preset)
	}
	preset, err := fault.FindPreset(f.Preset)
	if err != nil {
		return nil, err
	}
	return preset.With(f.Where, when)
}

// action is what happens.
func (f *Fault) action() fault.Action {
	a := fault.Action{
		Do: f.kind(), Reason: f.Reason, Status: f.Status, Since: known(f.Since), Sticky: f.Sticky, Deliver: f.Deliver,
		Code: fault.Code(f.Code), LastStream: fault.LastStream(f.LastStream), Twice: f.Twice, Text: f.Text, Close: fault.Close(f.Close),
		Streams: f.Streams, Overrun: f.Overrun, IDs: fault.IDs(f.IDs), Chain: fault.Chain(f.Chain), Handshake: fault.Handshake(f.Handshake), Host: f.Host, Retry: f.Retry, Copies: f.Copies,
	}
	if f.Delay != (Latency{}) {
		a.Delay = &fault.Latency{
			Fixed: fault.Duration(f.Delay.Fixed), Min: fault.Duration(f.Delay.Min), Max: fault.Duration(f.Delay.Max),
			Median: fault.Duration(f.Delay.Median), Sigma: f.Delay.Sigma, Growth: fault.Duration(f.Delay.Growth),
		}
	}
	return a
}

func (f *Fault) kind() fault.Kind {
	switch {
	case f.Do != "":
		return fault.Kind(f.Do)
	case f.Reason != "" || f.Status != 0:
		return fault.Answer
	case f.Delay != (Latency{}):
		return fault.Delay
	}
	return ""
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// TokenFor returns the device token, in hex, that brings about an outcome with
// nothing set up: whoever pushes to it with good credentials is refused with that
// reason. Besides reasons there are slow, no-answer, reset-stream, goaway, reset and
// silence. It panics if there is no such outcome, and names the nearest.
func TokenFor(outcome apns.Reason) string {
	r, err := fault.FindReserved(string(outcome))
	if err != nil {
		panic(fmt.Sprintf("apnstest: %v", err))
	}
	return r.Token.String()
}
