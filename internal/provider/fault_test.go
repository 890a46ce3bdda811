package provider

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/providerauth"
	"github.com/apns-sim/apns-sim/internal/space"
	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// withFaults gives the fixture fault rules.
func (w *fixture) withFaults(rules ...fault.Rule) *fixture {
	w.t.Helper()
	w.cfg.Faults = fault.New(fault.Config{Seed: 1, Clock: func(string) *clock.Clock { return w.clock }})
	_, err := w.cfg.Faults.Add(rules...)
	require.NoError(w.t, err)
	return w
}

func do(a fault.Action) fault.Rule { return fault.Rule{Name: "f", What: a} }

// reservedFor is the device token of an outcome, in hex.
func reservedFor(outcome string) string {
	r, err := fault.FindReserved(outcome)
	if err != nil {
		panic(err)
	}
	return r.Token.String()
}

// kindsOf are the kinds of events in the journal, in order.
func (w *fixture) kindsOf() (kinds string) {
	for _, e := range w.journal.Read(0, 0).Events {
		kinds += e.Kind.String() + " "
	}
	return strings.TrimSpace(kinds)
}

// nextOf reads frames until one of a kind comes; the zero value if the connection ends.
func nextOf[F http2.Frame](c *client) (f F) {
	c.t.Helper()
	for {
		switch got := c.frame().(type) {
		case nil:
			return f
		case F:
			return got
		}
	}
}

// The issue's own example: TooManyRequests twice, then all is well.
func TestAResponseIsOverriddenAsOftenAsTheRuleSays(t *testing.T) {
	rule := do(fault.Action{Do: fault.Respond, Reason: apns.TooManyRequests})
	rule.When.Times = 2
	w := newFixture(t).withFaults(rule)
	c := w.dial()
	for _, want := range []int{429, 429, 200} {
		require.Equal(t, want, c.send(w.good()).status)
	}
	assert.Len(t, w.broker.pushes, 1, "what was refused is not taken")
	assert.Equal(t, "received faulted rejected received faulted rejected received", w.kindsOf())
	e := w.journal.Read(1, 1).Events[0]
	assert.Equal(t, "f", e.Cause)
	assert.Equal(t, "respond reason=TooManyRequests", e.Detail)
	assert.Equal(t, bundleID, e.Push.Topic, "the event tells which push")
}

func TestAResponseMayBeABareStatusOrHaveAnotherTime(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.Respond, Status: 502}))
	got := w.dial().send(w.good())
	assert.Equal(t, 502, got.status)
	assert.Empty(t, got.body)
	assert.NotEmpty(t, got.get(apns.HeaderID), "aioapns pairs responses by it")

	since := time.UnixMilli(1767225600000)
	w = newFixture(t).withFaults(do(fault.Action{Do: fault.Respond, Reason: apns.Unregistered, Since: &since}))
	assert.Equal(t, `{"reason":"Unregistered","timestamp":1767225600000}`, w.dial().send(w.good()).body)

	w = newFixture(t).withFaults(do(fault.Action{Do: fault.Respond, Reason: apns.InternalServerError, Status: 503}))
	got = w.dial().send(w.good())
	assert.Equal(t, 503, got.status, "a status beside a reason is the one on the wire")
	assert.Equal(t, `{"reason":"InternalServerError"}`, got.body)
}

func TestTheRecordHasTheStatusThatWasAnswered(t *testing.T) {
	for _, tc := range []struct {
		name   string
		action fault.Action
		status int
		reason apns.Reason
		kinds  string
	}{
		{"of a reason", fault.Action{Reason: apns.Forbidden}, 403, apns.Forbidden, "received faulted rejected"},
		{"beside a reason", fault.Action{Reason: apns.InternalServerError, Status: 503}, 503, apns.InternalServerError, "received faulted rejected"},
		{"without a reason", fault.Action{Status: 502}, 502, "", "received faulted rejected"},
		{"that says it went well", fault.Action{Status: 204}, 204, "", "received faulted accepted dropped"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.action.Do = fault.Respond
			w := newFixture(t).withFaults(do(tc.action))
			got := w.dial().send(w.good())
			assert.Equal(t, tc.status, got.status)
			assert.Equal(t, tc.kinds, w.kindsOf())
			record, ok := w.journal.Get(got.get(apns.HeaderID))
			require.True(t, ok)
			assert.Equal(t, tc.status, record.Status())
			assert.Equal(t, tc.reason, record.Attributes().Reason)
			assert.Empty(t, w.broker.pushes)
		})
	}
}

// observed: jchambers/pushy#408, node-apn/node-apn#463
func TestAStickyResponseStaysUntilTheConnectionIsReplaced(t *testing.T) {
	rule := do(fault.Action{Do: fault.Respond, Reason: apns.InternalServerError, Sticky: true})
	rule.When.Times = 1
	w := newFixture(t).withFaults(rule)
	ln := w.serve()
	old := w.dialTLS(ln, clientTLS())
	for range 3 {
		require.Equal(t, 500, old.send(w.good()).status)
	}
	assert.Equal(t, 200, w.dialTLS(ln, clientTLS()).send(w.good()).status)
}

func TestFaultsOfAnotherSpaceTouchNobody(t *testing.T) {
	rule := do(fault.Action{Do: fault.Respond, Reason: apns.Forbidden})
	rule.Space = otherTeam
	w := newFixture(t).withFaults(rule)
	assert.Equal(t, 200, w.dial().send(w.good()).status)
}

func TestAResponseMayComeLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t).withFaults(do(fault.Action{Do: fault.Delay, Delay: &fault.Latency{Fixed: fault.Duration(5 * time.Second)}}))
		c := w.dial()
		begun := time.Now()
		assert.Equal(t, 200, c.send(w.good()).status)
		assert.Equal(t, 5*time.Second, time.Since(begun))
		assert.Len(t, w.broker.pushes, 1)

		c.write(w.good()) // its response is under way when the test ends; the test does not wait for it
	})
}

func TestARequestMayGoUnanswered(t *testing.T) {
	for _, deliver := range []bool{false, true} {
		rule := do(fault.Action{Do: fault.NoResponse, Deliver: deliver})
		rule.When = fault.When{After: 1, Times: 1}
		w := newFixture(t).withFaults(rule)
		c := w.dial()
		require.Equal(t, 200, c.send(w.good()).status)
		c.write(w.good())
		require.Equal(t, 200, c.send(w.good()).status, "the connection is otherwise alive: kylebrowning/APNSwift#93")
		assert.Len(t, w.broker.pushes, map[bool]int{false: 2, true: 3}[deliver], "a response may get lost, or the push with it")
	}
}

func TestAStreamMayBeReset(t *testing.T) {
	for code, want := range map[fault.Code]http2.ErrCode{"": http2.ErrCodeRefusedStream, "INTERNAL_ERROR": http2.ErrCodeInternal} {
		w := newFixture(t).withFaults(do(fault.Action{Do: fault.ResetStream, Code: code}))
		c := w.dial()
		c.write(w.good())
		assert.Equal(t, want, nextOf[*http2.RSTStreamFrame](c).ErrCode)
		assert.Empty(t, w.broker.pushes)
	}
}

func TestAConnectionMayBeReset(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.ResetConnection}))
	c := w.dial()
	c.write(w.good())
	c.drain()
	assert.Empty(t, c.goAways, "without a word")
	assert.Empty(t, w.broker.pushes)
}

func TestAConnectionMayBeToldToGoAway(t *testing.T) {
	const own, none = 3, 0
	for _, tc := range []struct {
		what      string
		action    fault.Action
		want      []goAway
		responses bool // the request at hand is answered
		ends      bool
	}{
		{"as it should be", fault.Action{}, []goAway{{http2.ErrCodeNo, own, ""}}, true, true},
		{"observed: sideshow/apns2#93, jchambers/pushy#312", fault.Action{Reason: apns.BadCertificateEnvironment, LastStream: fault.LastNone, Twice: true, Close: fault.CloseNow}, []goAway{
			{http2.ErrCodeNo, none, `{"reason":"BadCertificateEnvironment"}`},
			{http2.ErrCodeNo, none, `{"reason":"BadCertificateEnvironment"}`},
		}, false, true},
		{"observed: parse-community/node-apn#140", fault.Action{LastStream: fault.LastBefore}, []goAway{{http2.ErrCodeNo, 1, ""}}, false, true},
		{"observed: node-apn/node-apn#727", fault.Action{Code: "PROTOCOL_ERROR", Text: "Stream 5 does not exist", Close: fault.CloseNow}, []goAway{{http2.ErrCodeProtocol, own, "Stream 5 does not exist"}}, false, true},
		{"observed: clave#14", fault.Action{Close: fault.CloseNever}, []goAway{{http2.ErrCodeNo, own, ""}}, true, false},
		{"RFC 9113, 6.8", fault.Action{LastStream: fault.LastAny, Close: fault.CloseNever}, []goAway{{http2.ErrCodeNo, h2.MaxStreamID, ""}}, true, false},
	} {
		t.Run(tc.what, func(t *testing.T) {
			tc.action.Do = fault.GoAway
			rule := do(tc.action)
			rule.When = fault.When{After: 1, Times: 1}
			w := newFixture(t).withFaults(rule)
			c := w.dial()
			require.Equal(t, 200, c.send(w.good()).status)
			c.write(w.good())
			if tc.responses {
				require.NotNil(t, nextOf[*http2.MetaHeadersFrame](c))
			}
			if tc.ends {
				c.drain()
			} else {
				require.NoError(t, c.framer.WritePing(false, [8]byte{1}))
				require.NotNil(t, nextOf[*http2.PingFrame](c), "the connection goes on")
			}
			assert.Equal(t, tc.want, c.goAways)
			assert.Len(t, w.broker.pushes, map[bool]int{false: 1, true: 2}[tc.responses], "what is not answered is not taken")
		})
	}
}

// observed: edamov/pushok#169
func TestAConnectionMayRefuseFurtherStreams(t *testing.T) {
	rule := do(fault.Action{Do: fault.GoAwayRefuse})
	rule.When.Times = 1
	w := newFixture(t).withFaults(rule)
	c := w.dial()
	require.Equal(t, 200, c.send(w.good()).status, "the request at hand is answered")
	c.write(w.good())
	assert.Equal(t, http2.ErrCodeRefusedStream, nextOf[*http2.RSTStreamFrame](c).ErrCode)
}

// observed: Apple forum 54407
func TestTheStreamLimitMayFallAndRise(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.LimitStreams, Streams: []uint32{500, 1, 500}}))
	c := w.dial()
	for range 3 {
		require.Equal(t, 200, c.send(w.good()).status)
	}
	assert.Equal(t, []uint32{1, 1000, 500, 1, 500}, c.limits, "the first two are those of every connection")
}

// observed: sideshow/apns2#20
func TestAConnectionMayBeMuted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t).withFaults(do(fault.Action{Do: fault.Mute}))
		c := w.dial()
		c.write(w.good())
		require.NoError(t, c.framer.WritePing(false, [8]byte{1}))
		assert.Nil(t, nextOf[*http2.PingFrame](c), "no response comes until the client's patience ends")
		assert.Empty(t, w.broker.pushes)
	})
}

func TestPingsMayGoUnanswered(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.NoPong}))
	c := w.dial()
	require.Equal(t, 200, c.send(w.good()).status)
	require.NoError(t, c.framer.WritePing(false, [8]byte{1}))
	c.write(w.good())
	for {
		f := c.frame()
		require.NotNil(t, f)
		require.NotEqual(t, http2.FramePing, f.Header().Type)
		if _, ok := f.(*http2.MetaHeadersFrame); ok {
			return // the push was answered and the PING before it was not
		}
	}
}

// observed: mobile-push#19
func TestAPushMayBeAcceptedAndLost(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.Discard}))
	assert.Equal(t, 200, w.dial().send(w.good()).status)
	assert.Empty(t, w.broker.pushes)
	assert.Equal(t, "received faulted accepted dropped", w.kindsOf())
}

// observed: sideshow/apns2#77, node-apn/node-apn#673
func TestARemovedAppMayStayRegistered(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.StayRegistered}))
	c := w.dial()
	require.Equal(t, 200, c.send(w.good()).status)
	assert.Len(t, w.broker.pushes, 1, "an app that is there gets its pushes")
	removed := w.good()
	w.vault.RetireApp(tokenvault.Address{Environment: apns.Production, Device: device}, tokenvault.Tag(apns.HashTopic(bundleID)))
	assert.Equal(t, 200, c.send(removed).status)
	assert.Len(t, w.broker.pushes, 1, "one that is not does not")
}

// observed: apns-dotnet#10, AndrewBarba/apns2#95
func TestAnIDMayHaveAnotherShape(t *testing.T) {
	const id = "eabeae54-14a8-11e5-b60b-1697f925ec7b"
	for ids, want := range map[fault.IDs]string{fault.IDsMissing: "", fault.IDsUpper: strings.ToUpper(id), fault.IDsLower: id} {
		w := newFixture(t).withFaults(do(fault.Action{Do: fault.OddIDs, IDs: ids}))
		assert.Equal(t, want, w.dial().send(w.good().set(apns.HeaderID, id)).get(apns.HeaderID))
	}
}

// The events of a push begin with received and end with what became of it.
func TestAPushThatAFaultHasEndedHasAnEndInTheJournal(t *testing.T) {
	for _, action := range []fault.Action{
		{Do: fault.NoResponse}, {Do: fault.ResetStream}, {Do: fault.ResetConnection}, {Do: fault.Mute}, {Do: fault.GoAway, LastStream: fault.LastNone},
	} {
		t.Run(string(action.Do), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newFixture(t).withFaults(do(action))
				c := w.dial()
				c.write(w.good())
				synctest.Wait()
				assert.Equal(t, "received faulted dropped", w.kindsOf())
				assert.Equal(t, "fault", w.journal.Read(2, 1).Events[0].Cause)
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t).withFaults(do(fault.Action{Do: fault.NoResponse, Deliver: true}))
		w.dial().write(w.good())
		synctest.Wait()
		assert.Equal(t, "received faulted", w.kindsOf(), "the broker tells of a push that it has")
	})
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t).withFaults(do(fault.Action{Do: fault.NoResponse, Deliver: true}))
		w.broker.err = apns.Reject(apns.Unregistered)
		w.dial().write(w.good())
		synctest.Wait()
		assert.Equal(t, "received faulted dropped", w.kindsOf(), "and the broker does not have this one")
	})
}

func TestAFaultThatEndsARequestLeavesTheOthersAsTheyWere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost, busy := do(fault.Action{Do: fault.NoResponse}), do(fault.Action{Do: fault.Respond, Reason: apns.TooManyRequests})
		lost.Name, lost.When.Times, busy.When.Times = "lost", 1, 2
		w := newFixture(t).withFaults(lost, busy)
		c := w.dial()
		c.write(w.good())
		for _, want := range []int{429, 429, 200} {
			require.Equal(t, want, c.send(w.good()).status)
		}
	})
}

func TestEffectsOfARemovedRuleAreReverted(t *testing.T) {
	once := func(a fault.Action) fault.Rule {
		rule := do(a)
		rule.When.Times = 1
		return rule
	}
	away := func(t *testing.T, w *fixture) { require.NoError(t, w.cfg.Faults.Remove("", "f")) }
	t.Run("of a response that sticks", func(t *testing.T) {
		w := newFixture(t).withFaults(once(fault.Action{Do: fault.Respond, Reason: apns.InternalServerError, Sticky: true}))
		c := w.dial()
		require.Equal(t, 500, c.send(w.good()).status)
		require.Equal(t, 500, c.send(w.good()).status)
		assert.Equal(t, "received faulted rejected received faulted rejected", w.kindsOf(), "once for each request")
		away(t, w)
		assert.Equal(t, 200, c.send(w.good()).status)
	})
	t.Run("of a limit", func(t *testing.T) {
		rule := do(fault.Action{Do: fault.LimitStreams, Streams: []uint32{500, 1}, Overrun: true})
		w := newFixture(t).withFaults(rule)
		c := w.dial()
		require.Equal(t, 200, c.send(w.good()).status)
		require.Equal(t, 200, c.send(w.good()).status)
		away(t, w)
		require.Equal(t, 200, c.send(w.good()).status)
		assert.Equal(t, []uint32{1, 1000, 500, 1, 1000}, c.limits)
	})
	t.Run("of PINGs without response", func(t *testing.T) {
		w := newFixture(t).withFaults(do(fault.Action{Do: fault.NoPong}))
		c := w.dial()
		require.Equal(t, 200, c.send(w.good()).status)
		away(t, w)
		require.Equal(t, 200, c.send(w.good()).status)
		require.NoError(t, c.framer.WritePing(false, [8]byte{1}))
		assert.NotNil(t, nextOf[*http2.PingFrame](c))
	})
	t.Run("of silence", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newFixture(t).withFaults(once(fault.Action{Do: fault.Mute}))
			c := w.dial()
			c.write(w.good())
			synctest.Wait()
			away(t, w)
			begun := time.Now()
			c.drain()
			assert.Zero(t, time.Since(begun), "the connection is over at once, and the client knows")
			assert.Empty(t, w.broker.pushes)
		})
	})
}

func TestFaultsUseTheClockOfTheSpace(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.Respond, Reason: apns.Unregistered}))
	spaces := space.New(w.clock)
	own, err := spaces.Open(team)
	require.NoError(t, err)
	w.cfg.Spaces = spaces
	w.useRegistry(providerauth.Config{Spaces: spaces})
	w.addKey(providerauth.Key{ID: "KEY0000001", TeamID: team})
	require.NoError(t, w.auth.AddApp(team, bundleID))
	spaces.Assign(device, own)
	spaces.Clock(own).Advance(24 * time.Hour)
	call := w.good()
	call.set(apns.HeaderAuthorization, w.bearerAt(team, "KEY0000001", spaces.Clock(own).Now()))
	got := w.dial().send(call)
	require.Equal(t, 410, got.status, got.body)

	record, ok := w.journal.Get(got.get(apns.HeaderID))
	require.True(t, ok)
	assert.GreaterOrEqual(t, record.Duration(), time.Duration(0))
	assert.Less(t, record.Duration(), time.Hour)
	var body struct{ Timestamp int64 }
	require.NoError(t, json.Unmarshal([]byte(got.body), &body))
	assert.WithinDuration(t, spaces.Clock(own).Now(), time.UnixMilli(body.Timestamp), time.Hour)
}

func TestAReservedTokenAppliesToAcceptableRequestsOnly(t *testing.T) {
	for _, outcome := range []string{"no-response", "silence", "reset"} {
		w := newFixture(t)
		c := w.dial()
		got := c.send(w.good().to(reservedFor(outcome)).set(apns.HeaderTopic, "com.example.other"))
		assert.Equal(t, `{"reason":"TopicDisallowed"}`, got.body, outcome)
		assert.Equal(t, 200, c.send(w.good()).status, outcome)
	}
}

func TestFaultsAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := fault.Action{Do: fault.Delay, Delay: &fault.Latency{Fixed: fault.Duration(time.Second)}}
		w := newFixture(t).withFaults(
			fault.Rule{What: slow}, fault.Rule{What: slow},
			fault.Rule{What: fault.Action{Do: fault.Respond, Reason: apns.Shutdown}})
		begun := time.Now()
		assert.Equal(t, `{"reason":"Shutdown"}`, w.dial().send(w.good()).body)
		assert.Equal(t, 2*time.Second, time.Since(begun))
	})
}

func TestABareStatusIsAnsweredAfterWhatOtherFaultsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t).withFaults(
			fault.Rule{What: fault.Action{Do: fault.Respond, Status: 502}},
			fault.Rule{What: fault.Action{Do: fault.Delay, Delay: &fault.Latency{Fixed: fault.Duration(time.Second)}}},
			fault.Rule{What: fault.Action{Do: fault.OddIDs, IDs: fault.IDsMissing}},
			fault.Rule{What: fault.Action{Do: fault.Discard}})
		begun := time.Now()
		got := w.dial().send(w.good())
		assert.Equal(t, 502, got.status, "what is discarded is what would have been taken")
		assert.Empty(t, got.get(apns.HeaderID))
		assert.Equal(t, time.Second, time.Since(begun))
		assert.Empty(t, w.broker.pushes)
		assert.Equal(t, "received faulted faulted faulted faulted rejected", w.kindsOf())
	})
}

// observed: jchambers/pushy#885
func TestAConnectionMayBeginWithGoAwayBeforeSettings(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.GoAwayFirst, LastStream: fault.LastNone, Text: "not today"}))
	tc, err := w.handshake(w.serve(), clientTLS())
	require.NoError(t, err)
	framer := http2.NewFramer(tc, tc)
	f, err := framer.ReadFrame()
	require.NoError(t, err)
	away, ok := f.(*http2.GoAwayFrame)
	require.True(t, ok, "%v", f)
	assert.Equal(t, "not today", string(away.DebugData()))
	assert.Zero(t, away.LastStreamID)
	assert.Equal(t, "faulted", w.kindsOf())
}

// observed: jchambers/pushy#885
func TestAConnectionMayBeResetOrDelayedAtAccept(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.RefuseConnection}))
	_, err := w.handshake(w.serve(), clientTLS())
	require.Error(t, err)

	synctest.Test(t, func(t *testing.T) {
		rule := do(fault.Action{Do: fault.SlowAccept, Delay: &fault.Latency{Fixed: fault.Duration(3 * time.Second)}})
		rule.Where = fault.Where{"listener": "provider"}
		w := newFixture(t).withFaults(rule)
		begun := time.Now()
		assert.Equal(t, 200, w.dial().send(w.good()).status)
		assert.Equal(t, 3*time.Second, time.Since(begun))
	})
}

// observed: Apple forum 773306
func TestACertificateMayBeOneThatNobodyTrusts(t *testing.T) {
	w := newFixture(t).withFaults(do(fault.Action{Do: fault.ShowChain, Chain: fault.ChainUnknownRoot}))
	other := newFixture(t)
	w.cfg.FaultyCertificate = func(chain fault.Chain, hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		assert.Equal(t, fault.ChainUnknownRoot, chain)
		return other.cfg.Certificate(hello)
	}
	_, err := w.handshake(w.serve(), clientTLS())
	require.ErrorContains(t, err, "certificate signed by unknown authority")

	w = newFixture(t).withFaults(do(fault.Action{Do: fault.ShowChain, Chain: fault.ChainExpired}))
	w.cfg.FaultyCertificate = func(fault.Chain, *tls.ClientHelloInfo) (*tls.Certificate, error) { return nil, errors.New("no") }
	assert.Equal(t, 200, w.dial().send(w.good()).status, "without one the good one is shown")
}

// observed: jchambers/pushy#1019, jchambers/pushy#294
func TestAHandshakeMayFailMidway(t *testing.T) {
	for how, want := range map[fault.Handshake]string{
		fault.HandshakeCut:        "EOF",
		fault.HandshakeOldVersion: "server selected unsupported protocol version 301",
		fault.HandshakeBadCipher:  "server chose an unconfigured cipher suite",
		fault.HandshakeAlert:      "remote error: tls: handshake failure",
	} {
		rule := do(fault.Action{Do: fault.BreakHandshake, Handshake: how})
		rule.When = fault.When{Times: 1}
		w := newFixture(t).withFaults(rule)
		ln := w.serve()
		_, err := w.handshake(ln, clientTLS())
		require.ErrorContains(t, err, want, how)
		assert.Equal(t, "faulted", w.kindsOf())
		assert.Equal(t, 200, w.dialTLS(ln, clientTLS()).send(w.good()).status, "the next one is good")
	}
}

func TestAReservedTokenHasItsOutcome(t *testing.T) {
	for _, r := range fault.ReservedTokens() {
		if r.Action.Do != fault.Respond {
			continue
		}
		w := newFixture(t)
		got := w.dial().send(w.good().to(r.Token.String()))
		assert.Equal(t, r.Action.Reason.Status(), got.status)
		assert.Contains(t, got.body, `{"reason":"`+r.Name+`"`)
		assert.Equal(t, "received faulted rejected", w.kindsOf(), "the journal marks it")
	}
	w := newFixture(t)
	w.cfg.NoReservedTokens = true
	assert.Equal(t, `{"reason":"BadDeviceToken"}`, w.dial().send(w.good().to(reservedFor("Unregistered"))).body, "as at Apple")
	w = newFixture(t)
	assert.Equal(t, `{"reason":"MissingProviderToken"}`,
		w.dial().send(w.good().drop(apns.HeaderAuthorization).to(reservedFor("Unregistered"))).body, "credentials come first")
}

func TestAReservedTokenMayCauseAFault(t *testing.T) {
	reach := func(outcome string) *client {
		w := newFixture(t)
		c := w.dial()
		c.write(w.good().to(reservedFor(outcome)))
		return c
	}
	assert.Equal(t, http2.ErrCodeRefusedStream, nextOf[*http2.RSTStreamFrame](reach("reset-stream")).ErrCode)
	assert.Equal(t, uint32(0), nextOf[*http2.GoAwayFrame](reach("goaway")).LastStreamID)
	reach("reset").drain()

	synctest.Test(t, func(t *testing.T) {
		w := newFixture(t)
		c := w.dial()
		begun := time.Now()
		assert.Equal(t, 200, c.send(w.good().to(reservedFor("slow"))).status)
		assert.Equal(t, 5*time.Second, time.Since(begun))
		assert.Empty(t, w.broker.pushes, "there is no device behind it")
		c.write(w.good().to(reservedFor("no-response")))
		assert.Equal(t, 200, c.send(w.good()).status, "the connection goes on")
		c.write(w.good().to(reservedFor("silence")))
		require.NoError(t, c.framer.WritePing(false, [8]byte{1}))
		assert.Nil(t, c.frame())
	})
}

func TestFaultsApplyToBroadcasts(t *testing.T) {
	w := newChannelFixture(t)
	w.withFaults(do(fault.Action{Do: fault.Respond, Reason: apns.ServiceUnavailable}))
	assert.Equal(t, `{"reason":"ServiceUnavailable"}`, w.dial().send(w.broadcast()).body)
	assert.Contains(t, w.kindsOf(), journal.Faulted.String())
}
