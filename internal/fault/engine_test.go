package fault_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
)

var tooMany = fault.Action{Do: fault.Respond, Reason: apns.TooManyRequests}

func engine(t *testing.T, rules ...fault.Rule) *fault.Engine {
	t.Helper()
	e := fault.New(fault.Config{Seed: 1})
	_, err := e.Add(rules...)
	require.NoError(t, err)
	return e
}

// hits are the rules that apply, when all are done.
func hits(e *fault.Engine, p fault.Point, s *fault.Attributes) []fault.Hit {
	return slices.Collect(e.Hits(p, s))
}

// about is a request about a topic.
func about(topic string) *fault.Attributes {
	return &fault.Attributes{Attributes: filters.Attributes{Topic: topic}}
}

// applied tells for each of n equal requests whether a rule applied.
func applied(e *fault.Engine, n int) (pattern string) {
	for range n {
		if len(hits(e, fault.AtRequest, &fault.Attributes{})) > 0 {
			pattern += "x"
		} else {
			pattern += "."
		}
	}
	return pattern
}

func TestARuleAppliesAsOftenAsItSays(t *testing.T) {
	for _, tc := range []struct {
		when fault.When
		want string
	}{
		{fault.When{}, "xxxxxxxxxx"},
		{fault.When{Times: 2}, "xx........"},
		{fault.When{After: 3}, "...xxxxxxx"},
		{fault.When{Every: 3}, "x..x..x..x"},
		{fault.When{After: 1, Every: 4, Times: 2}, ".x...x...."},
		{fault.When{Probability: 1}, "xxxxxxxxxx"},
	} {
		t.Run(tc.want, func(t *testing.T) {
			assert.Equal(t, tc.want, applied(engine(t, fault.Rule{When: tc.when, What: tooMany}), 10))
		})
	}
}

func TestARuleThatHasAppliedItsTimesMatchesNothing(t *testing.T) {
	asked := 0
	e := fault.New(fault.Config{Compile: func(string) (fault.Condition, error) {
		return func(*fault.Attributes) (bool, error) { asked++; return true, nil }, nil
	}})
	_, err := e.Add(fault.Rule{When: fault.When{Times: 2, If: "true"}, What: tooMany})
	require.NoError(t, err)
	assert.Equal(t, "xx.....", applied(e, 7))
	assert.Equal(t, 2, asked)
}

func TestRulesDecodeAPayloadOnce(t *testing.T) {
	var rules []fault.Rule
	for range 20 {
		rules = append(rules, fault.Rule{Where: fault.Where{"payload.aps.badge": "8"}, What: tooMany})
	}
	decoded := func(e *fault.Engine) float64 {
		payload := []byte(`{"aps":{"badge":7,"alert":"hi"}}`)
		return testing.AllocsPerRun(100, func() {
			for range e.Hits(fault.AtRequest, &fault.Attributes{Attributes: filters.Attributes{Payload: payload}}) {
				t.Error("none applies")
			}
		})
	}
	assert.InDelta(t, decoded(engine(t, rules[0])), decoded(engine(t, rules...)), 1)
}

func TestWatchIsCalledWhenRulesAreRemoved(t *testing.T) {
	e := engine(t, fault.Rule{Name: "busy", What: tooMany})
	heard := 0
	e.Watch(func() {
		heard++
		assert.Empty(t, e.Rules(), "they have gone already")
	})
	require.Error(t, e.Remove("", "other"))
	assert.Zero(t, heard)
	require.NoError(t, e.Remove("", "busy"))
	assert.Equal(t, 1, heard)
}

func TestTheSameSeedMakesTheSameChoices(t *testing.T) {
	chance := func(seed uint64, others ...fault.Rule) string {
		e := fault.New(fault.Config{Seed: seed})
		_, err := e.Add(append(others, fault.Rule{Name: "half", When: fault.When{Probability: 0.5}, What: tooMany})...)
		require.NoError(t, err)
		return applied(e, 64)
	}
	first, again := chance(7), chance(7)
	assert.Equal(t, first, again)
	assert.NotEqual(t, chance(7), chance(8))
	other := fault.Rule{Where: fault.Where{"topic": "x"}, When: fault.When{Probability: 0.5}, What: tooMany}
	assert.Equal(t, chance(7), chance(7, other), "another rule takes its own chances")
}

func TestAnEngineWithoutSeedDrawsAndReportsOne(t *testing.T) {
	assert.NotZero(t, fault.New(fault.Config{}).Seed())
}

func TestARuleEndsAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var clk clock.Clock
		e := fault.New(fault.Config{Clock: func(string) *clock.Clock { return &clk }})
		until := clk.Now().Add(time.Hour)
		_, err := e.Add(fault.Rule{When: fault.When{Until: &until}, What: tooMany})
		require.NoError(t, err)
		assert.Equal(t, "x", applied(e, 1))
		clk.Advance(time.Hour)
		assert.Equal(t, ".", applied(e, 1))
	})
}

func TestARuleAppliesWhereItSays(t *testing.T) {
	attributes := fault.Attributes{
		Attributes: filters.Attributes{
			Environment: apns.Sandbox, Space: "TEAM000001", Topic: "com.example.app", Token: "t", PushType: apns.Alert,
			Payload: []byte(`{"aps":{"badge":7}}`), Device: apns.DeviceID{1}, Reason: apns.Unregistered,
		},
		Listener: fault.ProviderListener, Connection: 3, Source: "127.0.0.1", Path: "/3/device/74",
	}
	all := fault.Where{
		"listener": "provider", "connection": "3", "source": "127.0.0.1", "path": "/3/device/*",
		"body": `{"aps":{"badge":7}}`, "payload.aps.badge": "7", "environment": "sandbox", "space": "TEAM000001",
		"topic": "com.example.app", "token": "74", "push-type": "alert", "device": "0100000000000000", "reason": "Unregistered",
	}
	count := func(where fault.Where, s fault.Attributes) int {
		return len(hits(engine(t, fault.Rule{Where: where, What: tooMany}), fault.AtRequest, &s))
	}
	assert.Equal(t, 1, count(all, attributes))
	for word, change := range map[string]func(*fault.Attributes){
		"listener":          func(s *fault.Attributes) { s.Listener = fault.ChannelListener },
		"environment":       func(s *fault.Attributes) { s.Environment = apns.Production },
		"connection":        func(s *fault.Attributes) { s.Connection = 4 },
		"source":            func(s *fault.Attributes) { s.Source = "::1" },
		"space":             func(s *fault.Attributes) { s.Space = "" },
		"topic":             func(s *fault.Attributes) { s.Topic = "com.example" },
		"token":             func(s *fault.Attributes) { s.Token = "u" },
		"push-type":         func(s *fault.Attributes) { s.PushType = apns.Background },
		"path":              func(s *fault.Attributes) { s.Path = "/3/device/74/5" },
		"body":              func(s *fault.Attributes) { s.Payload = []byte(`{"aps":{"badge": 7}}`) },
		"payload.aps.badge": func(s *fault.Attributes) { s.Payload = []byte("{}") },
		"device":            func(s *fault.Attributes) { s.Device = apns.DeviceID{2} },
		"reason":            func(s *fault.Attributes) { s.Reason = "" },
	} {
		t.Run("another "+word, func(t *testing.T) {
			s := attributes
			change(&s)
			assert.Zero(t, count(fault.Where{word: all[word]}, s))
		})
	}
}

func TestWildcardsInARuleMatchAsInFilters(t *testing.T) {
	s := &fault.Attributes{Attributes: filters.Attributes{Topic: "com.example.app", Token: "\x00\xfc", Payload: []byte(`{"aps":{"alert":"Hello"}}`)}}
	for _, row := range []struct {
		where fault.Where
		want  int
	}{
		{fault.Where{"topic": "com.example.*"}, 1},
		{fault.Where{"topic": "com.other.*"}, 0},
		{fault.Where{"token": "00*", "payload.aps.alert": "H*o"}, 1},
	} {
		assert.Len(t, hits(engine(t, fault.Rule{Where: row.where, What: tooMany}), fault.AtRequest, s), row.want, row.where)
	}
	rule := fault.Rule{Where: fault.Where{"space": "TEAM*"}, What: tooMany}
	assert.ErrorContains(t, rule.Check(), `where.space is "TEAM*"; write one team ID, or leave it out for all`)
}

func TestEveryWordOfWhereIsListed(t *testing.T) {
	words := fault.WhereWords()
	for _, word := range words {
		if word.Name == filters.PayloadPrefix {
			continue
		}
		rule := fault.Rule{Where: fault.Where{word.Name: word.Example}, What: tooMany}
		require.NoError(t, rule.Check(), word.Name)
		assert.NotEmpty(t, word.Help)
	}
	assert.Len(t, words, 5+len(filters.Words())-4)
}

func TestARuleOfASpaceAppliesOnlyThere(t *testing.T) {
	of := func(space string) *fault.Attributes {
		return &fault.Attributes{Attributes: filters.Attributes{Space: space}}
	}
	e := engine(t, fault.Rule{Space: "TEAM000001", What: tooMany})
	assert.Empty(t, hits(e, fault.AtRequest, of("TEAM000002")))
	assert.Empty(t, hits(e, fault.AtRequest, of("")))
	assert.Len(t, hits(e, fault.AtRequest, of("TEAM000001")), 1)
}

func TestARuleAppliesAtItsPointOnly(t *testing.T) {
	for _, kind := range fault.Kinds() {
		action, ok := sampleOf[kind.Kind]
		require.True(t, ok, "kind %s has no sample", kind.Kind)
		e := engine(t, fault.Rule{What: action})
		for p := fault.AtAccept; p <= fault.AtKeepalive; p++ {
			assert.Equal(t, p == kind.Point, e.Any(p), "%s at %v", kind.Kind, p)
			assert.Equal(t, p == kind.Point, len(hits(e, p, &fault.Attributes{})) == 1, "%s at %v", kind.Kind, p)
		}
	}
}

func TestHitsComeInTheOrderOfTheRules(t *testing.T) {
	e := engine(t,
		fault.Rule{Name: "b", What: fault.Action{Do: fault.Delay, Delay: &fault.Latency{Fixed: fault.Duration(time.Second)}}},
		fault.Rule{Name: "a", When: fault.When{After: 1}, What: tooMany})
	require.Len(t, hits(e, fault.AtRequest, &fault.Attributes{}), 1)
	both := hits(e, fault.AtRequest, &fault.Attributes{})
	require.Len(t, both, 2)
	assert.Equal(t, "b: delay delay={\"fixed\":\"1s\"}", both[0].String())
	assert.Equal(t, time.Second, both[0].Delay)
	assert.Equal(t, 2, both[0].Number)
	assert.Equal(t, "a: respond reason=TooManyRequests", both[1].String())
}

func TestStreamLimitsAreAppliedOneAfterAnother(t *testing.T) {
	e := engine(t, fault.Rule{What: fault.Action{Do: fault.LimitStreams, Streams: []uint32{500, 1}}})
	var got []uint32
	for range 3 {
		got = append(got, hits(e, fault.AtRequest, &fault.Attributes{})[0].Streams())
	}
	assert.Equal(t, []uint32{500, 1, 500}, got)
}

func TestRulesAreAddedAndRemoved(t *testing.T) {
	e := engine(t)
	added, err := e.Add(fault.Rule{What: tooMany}, fault.Rule{Name: "mine", Space: "TEAM000001", What: tooMany})
	require.NoError(t, err)
	assert.Equal(t, "respond-1", added[0].Name, "a name is made up")
	hits(e, fault.AtRequest, &fault.Attributes{})
	states := e.Rules()
	require.Len(t, states, 2)
	assert.Equal(t, [2]int{1, 1}, [2]int{states[0].Matched, states[0].Hits})
	assert.Equal(t, [2]int{0, 0}, [2]int{states[1].Matched, states[1].Hits})

	_, err = e.Add(fault.Rule{Name: "new", What: tooMany}, fault.Rule{Name: "mine", Space: "TEAM000001", What: tooMany})
	require.ErrorIs(t, err, fault.ErrName)
	assert.Len(t, e.Rules(), 2, "all are added or none")

	require.NoError(t, e.Remove("", "respond-1"))
	err = e.Remove("", "respond-1")
	require.ErrorIs(t, err, fault.ErrName)
	assert.EqualError(t, err, `no rule has the name "respond-1"; there are none`)
	assert.Zero(t, e.RemoveSpace("TEAM000002"))
	assert.Equal(t, 1, e.RemoveSpace("TEAM000001"))
	assert.False(t, e.Any(fault.AtRequest))
}

func TestEachSpaceHasNamesOfItsOwn(t *testing.T) {
	e := engine(t)
	of := func(space, name string) fault.Rule { return fault.Rule{Name: name, Space: space, What: tooMany} }
	added, err := e.Add(of("A", ""), of("B", ""), of("A", "busy"), of("B", "busy"), of("", "busy"))
	require.NoError(t, err)
	assert.Equal(t, []string{"respond-1", "respond-1"}, []string{added[0].Name, added[1].Name}, "what others have added changes no name")
	_, err = e.Add(of("A", "busy"))
	require.ErrorIs(t, err, fault.ErrName)

	require.NoError(t, e.Remove("A", "busy"))
	_, err = e.Find("A", "busy")
	assert.EqualError(t, err, `no rule of space A has the name "busy"; there are ["respond-1"]`)
	other, err := e.Find("B", "busy")
	require.NoError(t, err)
	assert.Equal(t, "B", other.Space)
	_, err = e.Find("", "busy")
	require.NoError(t, err)
}

func TestTheRandomChoicesOfARuleDependOnItsName(t *testing.T) {
	chance := func(space string) (pattern []bool) {
		e := engine(t, fault.Rule{Space: space, When: fault.When{Probability: 0.5}, What: tooMany})
		for range 64 {
			pattern = append(pattern, len(hits(e, fault.AtRequest, &fault.Attributes{Attributes: filters.Attributes{Space: space}})) > 0)
		}
		return pattern
	}
	assert.Equal(t, chance("ABCDE12345"), chance("FGHIJ67890"), "the names of spaces are drawn, and a seed must repeat")
}

func TestARuleIsEvaluatedAfterThoseBeforeIt(t *testing.T) {
	e := engine(t,
		fault.Rule{Name: "first", When: fault.When{Times: 1}, What: fault.Action{Do: fault.NoResponse}},
		fault.Rule{Name: "second", When: fault.When{Times: 2}, What: tooMany})
	for range e.Hits(fault.AtRequest, &fault.Attributes{}) {
		break // the first one has ended the request
	}
	second, err := e.Find("", "second")
	require.NoError(t, err)
	assert.Equal(t, [2]int{0, 0}, [2]int{second.Matched, second.Hits})
	assert.Equal(t, "xx.", applied(e, 3))
}

func TestARuleMayCountEachConnectionByItself(t *testing.T) {
	e := engine(t,
		fault.Rule{Name: "cap", When: fault.When{After: 2, Times: 1, PerConnection: true}, What: fault.Action{Do: fault.GoAwayRefuse}},
		fault.Rule{Name: "slower", When: fault.When{PerConnection: true}, What: fault.Action{Do: fault.Delay, Delay: &fault.Latency{Growth: 1}}})
	var one, other fault.Memory
	capped := func(m *fault.Memory) (capped bool, delay time.Duration) {
		for hit := range e.Hits(fault.AtRequest, &fault.Attributes{Memory: m}) {
			capped = capped || hit.Action.Do == fault.GoAwayRefuse
			delay += hit.Delay
		}
		return capped, delay
	}
	for n, want := range []bool{false, false, true, false} {
		for _, m := range []*fault.Memory{&one, &other} {
			got, delay := capped(m)
			assert.Equal(t, want, got, "request %d", n+1)
			assert.Equal(t, time.Duration(n), delay, "request %d", n+1)
		}
	}
	state, err := e.Find("", "cap")
	require.NoError(t, err)
	assert.Equal(t, [2]int{8, 2}, [2]int{state.Matched, state.Hits}, "of all connections")
}

func TestAStickyRuleAppliesToTheConnectionUntilItIsRemoved(t *testing.T) {
	e := engine(t, fault.Rule{
		Name: "wedged", Where: fault.Where{"reason": "ExpiredProviderToken"},
		What: fault.Action{Do: fault.Respond, Reason: apns.ExpiredProviderToken, Sticky: true},
	})
	var one, other fault.Memory
	ask := func(m *fault.Memory, reason apns.Reason) int {
		return len(hits(e, fault.AtRequest, &fault.Attributes{Attributes: filters.Attributes{Reason: reason}, Memory: m}))
	}
	assert.Zero(t, ask(&one, ""))
	assert.Equal(t, 1, ask(&one, apns.ExpiredProviderToken))
	assert.Equal(t, 1, ask(&one, ""), "and once only, although the rule fits as well")
	assert.Equal(t, 1, ask(&one, apns.ExpiredProviderToken))
	assert.Zero(t, ask(&other, ""), "another connection is not concerned")
	require.NoError(t, e.Remove("", "wedged"))
	assert.Zero(t, ask(&one, ""))
}

func TestARuleOfASpaceExpiresByTheClockOfItsSpace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var common clock.Clock
		its := common.Beside()
		e := fault.New(fault.Config{Clock: func(space string) *clock.Clock {
			if space == "A" {
				return its
			}
			return &common
		}})
		until := common.Now().Add(time.Hour)
		_, err := e.Add(fault.Rule{Space: "A", When: fault.When{Until: &until}, What: tooMany})
		require.NoError(t, err)
		in := &fault.Attributes{Attributes: filters.Attributes{Space: "A"}}
		common.Advance(2 * time.Hour)
		assert.Len(t, hits(e, fault.AtRequest, in), 1)
		its.Advance(time.Hour)
		assert.Empty(t, hits(e, fault.AtRequest, in))
	})
}

func TestAnExpressionNeedsACompiler(t *testing.T) {
	rule := fault.Rule{When: fault.When{If: "x"}, What: tooMany}
	_, err := fault.New(fault.Config{}).Add(rule)
	require.ErrorIs(t, err, fault.ErrRule)

	wrong := errors.New("1:1: no")
	_, err = fault.New(fault.Config{Compile: func(string) (fault.Condition, error) { return nil, wrong }}).Add(rule)
	require.ErrorIs(t, err, wrong)

	e := fault.New(fault.Config{Compile: func(text string) (fault.Condition, error) {
		return func(s *fault.Attributes) (bool, error) { return s.Topic == text, nil }, nil
	}})
	_, err = e.Add(rule)
	require.NoError(t, err)
	assert.Empty(t, hits(e, fault.AtRequest, about("y")))
	assert.Len(t, hits(e, fault.AtRequest, about("x")), 1)
}

func TestANilEngineHasNoRule(t *testing.T) {
	var e *fault.Engine
	assert.False(t, e.Any(fault.AtRequest))
	assert.Empty(t, hits(e, fault.AtRequest, &fault.Attributes{}))
}

func BenchmarkHitWithoutARuleThatFits(b *testing.B) {
	e := fault.New(fault.Config{Seed: 1})
	for range 10 {
		if _, err := e.Add(fault.Rule{Where: fault.Where{"topic": "com.example.other"}, What: tooMany}); err != nil {
			b.Fatal(err)
		}
	}
	s := about("com.example.app")
	b.ReportAllocs()
	for b.Loop() {
		for range e.Hits(fault.AtRequest, s) {
			b.Fatal("no rule fits")
		}
	}
}

// The condition may be of a language that has a budget.
func TestARuleWhoseConditionFailsDoesNotApplyAndReportsIt(t *testing.T) {
	e := fault.New(fault.Config{Compile: func(string) (fault.Condition, error) {
		return func(*fault.Attributes) (bool, error) { return true, errors.New("too many steps") }, nil
	}})
	_, err := e.Add(fault.Rule{Name: "long", When: fault.When{If: "true"}, What: tooMany})
	require.NoError(t, err)
	assert.Equal(t, "..", applied(e, 2))
	state, err := e.Find("", "long")
	require.NoError(t, err)
	assert.Equal(t, 2, state.Undecided)
	assert.Equal(t, "too many steps", state.Failure)
	assert.Zero(t, state.Matched)
	require.NoError(t, e.Remove("", "long"))
}

func TestAnErrorNamesOnlySomeOfManyRules(t *testing.T) {
	e := fault.New(fault.Config{})
	for range 25 {
		_, err := e.Add(fault.Rule{What: fault.Action{Do: fault.RejectLogin}})
		require.NoError(t, err)
	}
	_, err := e.Find("", "busy")
	assert.ErrorContains(t, err, `"reject-login-10"] and 15 more`)
}
