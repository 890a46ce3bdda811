package apnstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

var latency = Between(2, 3).Growing(6)

// everyFault is a fault of each constructor, with all it takes.
var everyFault = []Fault{
	Reject(apns.Shutdown).UnregisteredSince(time.Unix(2, 0)).Sticky().Delayed(latency),
	RespondStatus(503), DelayResponse(latency), NoResponse().Deliver(), ResetStream(Cancel).Deliver(), ResetConnection().Deliver(),
	GoAway(allOptions), GoAwayFirst(allOptions), GoAwayRefuse(GoAwayOptions{Reason: apns.Shutdown, Text: "t"}),
	LimitStreams(1, 2), LimitStreamsStrictly(1), Mute(), NoPong(), Discard(), StayRegistered(), OddIDs(IDUpperCase),
	SlowAccept(latency), RejectConnection(), ShowChain(ChainExpired), BreakHandshake(HandshakeReset),
	RejectLogin("t"), RejectLoginWithTime("t"), Redirect("h", "t"), SlowLogin(latency), NoKeepalive(),
	Drop(), Duplicate(3), SlowPush(latency), Reorder(), Disconnect(),
}

var allOptions = GoAwayOptions{Reason: apns.Shutdown, Text: "t", Code: NoError, LastStream: LastOwn, Twice: true, Close: CloseNow}

func TestEveryKindOfFaultHasAConstructorWithItsParameters(t *testing.T) {
	given := map[fault.Kind]map[string]bool{}
	for _, f := range everyFault {
		rules, err := f.rules("")
		require.NoError(t, err)
		what := reflect.ValueOf(rules[0].What)
		kind := rules[0].What.Do
		if given[kind] == nil {
			given[kind] = map[string]bool{}
		}
		for i := range what.NumField() {
			if name, _, _ := strings.Cut(what.Type().Field(i).Tag.Get("json"), ","); name != "do" && !what.Field(i).IsZero() {
				given[kind][name] = true
			}
		}
	}
	for _, k := range fault.Kinds() {
		want := map[string]bool{}
		for _, name := range slices.Concat(k.Needs, k.Takes) {
			want[name] = true
		}
		assert.Equal(t, want, given[k.Kind], string(k.Kind))
		delete(given, k.Kind)
	}
	assert.Empty(t, given)
}

func TestEveryFaultIsAccepted(t *testing.T) {
	engine := fault.New(fault.Config{})
	for _, f := range everyFault {
		rules, err := f.rules("")
		require.NoError(t, err)
		_, err = engine.Add(rules...)
		assert.NoError(t, err)
	}
}

func TestEveryConditionOfAFaultReachesTheEngine(t *testing.T) {
	f := Drop().Named("all").On(ByTopic("x")).Probability(0.5).After(1).Every(2).Times(3).PerConnection().Until(time.Unix(1, 0))
	rules, err := f.rules("a condition")
	require.NoError(t, err)
	rule := rules[0]
	for _, part := range []reflect.Value{reflect.ValueOf(rule.When), reflect.ValueOf(rule)} {
		for i := range part.NumField() {
			name := part.Type().Field(i).Name
			if name != "Space" { // Inject sets it
				assert.False(t, part.Field(i).IsZero(), "%v.%s", part.Type(), name)
			}
		}
	}
	assert.Equal(t, fault.Latency{Median: 4, Sigma: 5, Max: 6, Growth: 7}, *Lognormal(4, 5).AtMost(6).Growing(7).latency())
	assert.Equal(t, fault.Latency{Fixed: 1}, *Exactly(1).latency())
}

func TestEveryFilterHasAConstructor(t *testing.T) {
	ours := map[string]bool{}
	for _, f := range []Filter{
		ByID("x"), ByUniqueID("x"), ByTeam("x"), ByEnvironment(apns.Sandbox), ByTopic("x"), ByToken("x"), ByDevice("x"), ByChannel("x"),
		ByPushType("x"), ByPriority(5), ByCollapseID("x"), ByState(Sent), ByStatus(200), ByReason("x"), Since(time.Time{}), Until(time.Time{}), ByPayload(""),
		ByListener(DeviceListener), ByConnection(1), BySource("x"), ByPath("x"), ByBody("x"),
	} {
		ours[f.word] = true
	}
	theirs := map[string]bool{}
	for _, w := range filters.Words() {
		theirs[w.Name] = true
	}
	for _, w := range fault.WhereWords() {
		theirs[w.Name] = true
	}
	assert.Equal(t, theirs, ours)
}

// The constants are spelled out, for the documentation of the package; the tables are
// elsewhere.
func TestConstantsAreThoseOfTheTables(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "constants.go", nil, 0)
	require.NoError(t, err)
	ours := map[string][]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			kind := spec.Type.(*ast.Ident).Name
			ours[kind] = append(ours[kind], strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`))
		}
		return true
	})
	for kind, parameter := range map[string]string{"ErrorCode": "code", "LastStream": "lastStream", "ConnectionEnd": "close", "IDForm": "ids", "Chain": "chain", "HandshakeFailure": "handshake"} {
		assert.ElementsMatch(t, fault.Values(parameter), ours[kind], kind)
	}
	for _, kind := range []journal.Kind{journal.Received, journal.Rejected, journal.Accepted, journal.Stored, journal.Sent, journal.Delivered, journal.Dropped, journal.Faulted} {
		assert.Contains(t, ours["State"], kind.String())
	}
	assert.Len(t, ours["State"], 8)
}
