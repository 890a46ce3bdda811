package fault_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/filters"
)

func TestEveryReasonOfADevicePushHasAReservedToken(t *testing.T) {
	for _, info := range apns.Reasons() {
		if info.Scope&apns.ScopeDevice == 0 {
			continue
		}
		r, err := fault.FindReserved(string(info.Reason))
		require.NoError(t, err)
		assert.Equal(t, fault.Action{Do: fault.Respond, Reason: info.Reason}, r.Action)
		assert.Same(t, fault.LookupReserved([]byte(r.Token)), r)
	}
}

func TestAReservedTokenIsTheSameEverywhere(t *testing.T) {
	r, err := fault.FindReserved("Unregistered")
	require.NoError(t, err)
	assert.Equal(t, "61706e732d73696d3a6f7574636f6d6500000000000000000000000004100001", r.Token.String())
	for _, r := range fault.ReservedTokens() {
		assert.Len(t, r.Token, 32, "as real tokens, which some providers insist on")
		assert.NotEmpty(t, r.Does)
		rule := fault.Rule{What: r.Action}
		require.NoError(t, rule.Check(), r.Name)
	}
}

func TestOtherTokensAreNotReserved(t *testing.T) {
	good := fault.ReservedTokens()[0].Token
	for _, token := range []string{"", string(good[:31]), string(good) + "\x00", string(good[:31]) + "\xff", "apns-sim:outcome"} {
		assert.Nil(t, fault.LookupReserved([]byte(token)))
	}
	_, err := fault.FindReserved("Unregisterd")
	assert.ErrorContains(t, err, `did you mean "Unregistered"?`)
}

func TestEveryReportedProblemIsAPreset(t *testing.T) {
	presets := fault.Presets()
	require.Len(t, presets, 27)
	for i, p := range presets {
		assert.Equal(t, i+1, p.Number)
		assert.NotEmpty(t, p.Symptom, p.Name)
		assert.NotEmpty(t, p.Happens, p.Name)
		assert.NotEmpty(t, p.Source, p.Name)
		assert.Equal(t, len(p.Rules) == 0, p.Always != "", "%s has rules, or is always so", p.Name)
		_, err := fault.New(fault.Config{}).Add(p.Rules...)
		require.NoError(t, err, p.Name)
		found, err := fault.FindPreset(p.Name)
		require.NoError(t, err)
		assert.Equal(t, p, found)
	}
	_, err := fault.FindPreset("reset")
	assert.ErrorContains(t, err, `did you mean "resets"?`)
}

func TestRulesOfAPresetAreNamedAfterIt(t *testing.T) {
	p, err := fault.FindPreset("slow-connect")
	require.NoError(t, err)
	assert.Equal(t, "slow-connect-1", p.Rules[0].Name)
	assert.Equal(t, "slow-connect-2", p.Rules[1].Name)
}

func TestAPresetMayBeNarrowedAndHaveAnotherWhen(t *testing.T) {
	p, err := fault.FindPreset("empty-object")
	require.NoError(t, err)
	rules, err := p.With(fault.Where{"topic": "com.example.app"}, fault.When{Times: 2})
	require.NoError(t, err)
	assert.Equal(t, fault.Where{"body": "{}", "topic": "com.example.app"}, rules[0].Where, "what the quirk is about stays")
	assert.Equal(t, fault.When{Times: 2}, rules[0].When)
	again, err := fault.FindPreset("empty-object")
	require.NoError(t, err)
	assert.Equal(t, p, again, "the table is as it was")

	_, err = p.With(fault.Where{"topik": "x"}, fault.When{})
	require.ErrorIs(t, err, fault.ErrRule)
	always, err := fault.FindPreset("http1")
	require.NoError(t, err)
	_, err = always.With(nil, fault.When{})
	assert.ErrorContains(t, err, "http1 is how the simulator always behaves")
}

// A quirk of a connection is over on the next one: that is what a client can do
// about it.
func TestPresetsOfAConnectionDoNotAffectAnother(t *testing.T) {
	expired := fault.Attributes{Attributes: filters.Attributes{Reason: apns.ExpiredProviderToken}}
	for _, tc := range []struct {
		preset string
		first  fault.Attributes // that brings it about
	}{{"wedged", expired}, {"sticky-500", fault.Attributes{}}, {"silence", fault.Attributes{}}} {
		p, err := fault.FindPreset(tc.preset)
		require.NoError(t, err)
		e := engine(t, p.Rules...)
		tc.first.Memory = new(fault.Memory)
		assert.Len(t, hits(e, fault.AtRequest, &tc.first), 1, tc.preset)
		assert.Empty(t, hits(e, fault.AtRequest, &fault.Attributes{Memory: new(fault.Memory)}), tc.preset)
	}
	for _, name := range []string{"request-cap", "limit-flapping", "throughput-drop"} {
		p, err := fault.FindPreset(name)
		require.NoError(t, err)
		assert.True(t, p.Rules[0].When.PerConnection, name)
	}
}
