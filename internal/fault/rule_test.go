package fault_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
)

var second = &fault.Latency{Fixed: fault.Duration(time.Second)}

// sampleOf is an action of each kind.
var sampleOf = map[fault.Kind]fault.Action{
	fault.Respond:          {Do: fault.Respond, Reason: apns.Unregistered, Sticky: true, Delay: second},
	fault.Delay:            {Do: fault.Delay, Delay: &fault.Latency{Min: 1, Max: 5}},
	fault.NoResponse:       {Do: fault.NoResponse, Deliver: true},
	fault.ResetStream:      {Do: fault.ResetStream, Code: "INTERNAL_ERROR"},
	fault.ResetConnection:  {Do: fault.ResetConnection},
	fault.GoAway:           {Do: fault.GoAway, Reason: apns.Shutdown, Twice: true, LastStream: fault.LastBefore, Close: fault.CloseNever},
	fault.GoAwayRefuse:     {Do: fault.GoAwayRefuse},
	fault.LimitStreams:     {Do: fault.LimitStreams, Streams: []uint32{1, 500}, Overrun: true},
	fault.Mute:             {Do: fault.Mute},
	fault.NoPong:           {Do: fault.NoPong},
	fault.Discard:          {Do: fault.Discard},
	fault.StayRegistered:   {Do: fault.StayRegistered},
	fault.OddIDs:           {Do: fault.OddIDs, IDs: fault.IDsUpper},
	fault.GoAwayFirst:      {Do: fault.GoAwayFirst, Text: "not today"},
	fault.SlowAccept:       {Do: fault.SlowAccept, Delay: &fault.Latency{Median: 100, Sigma: 1}},
	fault.RefuseConnection: {Do: fault.RefuseConnection},
	fault.ShowChain:        {Do: fault.ShowChain, Chain: fault.ChainExpired},
	fault.BreakHandshake:   {Do: fault.BreakHandshake, Handshake: fault.HandshakeCut},
	fault.RejectLogin:      {Do: fault.RejectLogin, Text: "no"},
	fault.Redirect:         {Do: fault.Redirect, Host: "2-courier.push.apple.com"},
	fault.SlowLogin:        {Do: fault.SlowLogin, Delay: second},
	fault.Drop:             {Do: fault.Drop},
	fault.Duplicate:        {Do: fault.Duplicate, Copies: 3},
	fault.SlowPush:         {Do: fault.SlowPush, Delay: second},
	fault.Reorder:          {Do: fault.Reorder},
	fault.Disconnect:       {Do: fault.Disconnect},
	fault.NoKeepalive:      {Do: fault.NoKeepalive},
}

func TestARuleSurvivesJSON(t *testing.T) {
	until := time.Unix(1767225600, 0).UTC()
	for kind, action := range sampleOf {
		rule := fault.Rule{Name: "n", What: action}
		if kind == fault.Respond {
			rule.Space = "TEAM000001"
			rule.Where = fault.Where{"environment": "sandbox", "token": "616263", "payload.aps.badge": "1"}
			rule.When = fault.When{Probability: 0.5, After: 1, Every: 2, Times: 3, Until: &until, If: "size > 3"}
		}
		text, err := json.Marshal(rule)
		require.NoError(t, err)
		var back fault.Rule
		require.NoError(t, json.Unmarshal(text, &back))
		assert.Equal(t, rule, back, "%s", text)
	}
}

func TestARuleIsWrittenAsPeopleWriteIt(t *testing.T) {
	var rule fault.Rule
	require.NoError(t, json.Unmarshal([]byte(`{
		"name": "busy", "where": {"topic": "com.example.app", "environment": "sandbox"}, "when": {"times": 2},
		"what": {"do": "respond", "reason": "TooManyRequests", "delay": {"fixed": "200ms"}}}`), &rule))
	require.NoError(t, rule.Check())
	assert.Equal(t, 429, rule.What.StatusCode())
	assert.Equal(t, fault.Duration(200*time.Millisecond), rule.What.Delay.Fixed)
}

func TestAnInvalidRuleIsRejectedWithPlaceAndRemedy(t *testing.T) {
	response := fault.Action{Do: fault.Respond, Reason: apns.Forbidden}
	for _, tc := range []struct {
		name string
		rule fault.Rule
		want []string
	}{
		{"nothing to do", fault.Rule{}, []string{`what.do: "" is not known; use one of respond, delay,`}},
		{"a kind misspelled", fault.Rule{What: fault.Action{Do: "repsond"}}, []string{`what.do: "repsond" is not known; did you mean "respond"?`}}, //nolint:misspell // on purpose
		{"a reason misspelled", fault.Rule{What: fault.Action{Do: fault.Respond, Reason: "TooManyRequest"}}, []string{`what.reason: "TooManyRequest" is not known; did you mean "TooManyRequests"?`}},
		{"a parameter of another kind", fault.Rule{What: fault.Action{Do: fault.Mute, Copies: 2}}, []string{"what.copies has no meaning for mute; it takes no parameter"}},
		{"a parameter missing", fault.Rule{What: fault.Action{Do: fault.Delay}}, []string{"what.delay is missing; delay needs it"}},
		{"no response to give", fault.Rule{What: fault.Action{Do: fault.Respond}}, []string{"what.reason is missing; respond needs a reason, or a status"}},
		{"a code that is none", fault.Rule{What: fault.Action{Do: fault.ResetStream, Code: "REFUSED"}}, []string{`what.code: "REFUSED" is not known`}},
		{"a delay that is none", fault.Rule{What: fault.Action{Do: fault.Delay, Delay: &fault.Latency{Fixed: 1, Min: 2, Max: 3}}}, []string{"what.delay: set one of fixed, min and max, or median and sigma"}},
		{"a lower bound alone", fault.Rule{What: fault.Action{Do: fault.Delay, Delay: &fault.Latency{Min: 3}}}, []string{"what.delay.max is missing; it goes with min"}},
		{"bounds turned round", fault.Rule{What: fault.Action{Do: fault.Delay, Delay: &fault.Latency{Min: 3, Max: 2}}}, []string{"what.delay.max is less than min"}},
		{
			"a topic before there is one",
			fault.Rule{Space: "T", Where: fault.Where{"topic": "a", "path": "/", "listener": "provider"}, What: fault.Action{Do: fault.RefuseConnection}},
			[]string{"where.topic is not known at the accept", "where.path is not known at the accept", "space cannot match at the accept, before authentication"},
		},
		{"a pattern that is none", fault.Rule{Where: fault.Where{"path": "["}, What: response}, []string{`where.path: "[" is not a pattern`}},
		{"a word misspelled", fault.Rule{Where: fault.Where{"topik": "a"}, What: response}, []string{"where.topik: there is no such filter word; did you mean topic?"}},
		{"a word about the past", fault.Rule{Where: fault.Where{"state": "sent"}, What: response}, []string{"where.state has no meaning for what is yet to happen"}},
		{"a listener that is none", fault.Rule{Where: fault.Where{"listener": "devices"}, What: response}, []string{`where.listener: "devices" is not known; did you mean "device"?`}},
		{"a connection that is none", fault.Rule{Where: fault.Where{"connection": "first"}, What: response}, []string{`where.connection: "first" is not the number of a connection`}},
		{"a path on the way to a device", fault.Rule{Where: fault.Where{"path": "/", "reason": "Forbidden"}, What: fault.Action{Do: fault.Drop}}, []string{"where.path is not known at the delivery", "where.reason is not known at the delivery"}},
		{"a connection that has no number yet", fault.Rule{Where: fault.Where{"connection": "12"}, What: fault.Action{Do: fault.GoAwayFirst}}, []string{"where.connection is not known at the opening"}},
		{"a count of what comes once", fault.Rule{When: fault.When{PerConnection: true}, What: fault.Action{Do: fault.RefuseConnection}}, []string{"when.perConnection has no meaning at the accept"}},
		{
			"everything at once",
			fault.Rule{When: fault.When{Probability: 2, Times: -1}, What: fault.Action{Do: fault.Respond, Status: 7}},
			[]string{"when.probability is 2", "when.times is -1", "what.status is 7"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := tc.rule.Check()
			require.ErrorIs(t, err, fault.ErrRule)
			for _, want := range tc.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

func TestAnInvalidDurationIsNamed(t *testing.T) {
	var d fault.Duration
	assert.EqualError(t, d.UnmarshalText([]byte("5 seconds")), `"5 seconds" is no span of time; write 200ms, 5s or 1h`)
}

func FuzzRule(f *testing.F) {
	for _, action := range sampleOf {
		text, err := json.Marshal(fault.Rule{Name: "n", What: action})
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var rule fault.Rule
		if json.Unmarshal(text, &rule) != nil || rule.Check() != nil {
			return
		}
		e := fault.New(fault.Config{Seed: 1, Compile: func(string) (fault.Condition, error) {
			return func(*fault.Attributes) (bool, error) { return true, nil }, nil
		}})
		added, err := e.Add(rule)
		require.NoError(t, err, "what Check lets pass can be added")
		for p := fault.AtAccept; p <= fault.AtKeepalive; p++ {
			for _, hit := range hits(e, p, &fault.Attributes{Attributes: filters.Attributes{Payload: []byte("{}")}, Path: "/3/device/00"}) {
				assert.Equal(t, added[0].Name, hit.Rule)
				assert.GreaterOrEqual(t, hit.Delay, time.Duration(0))
				assert.LessOrEqual(t, hit.Delay, time.Hour)
				assert.NotEmpty(t, hit.String())
			}
		}
	})
}
