package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/fault"
)

func TestFaultsCanBeThereFromTheStart(t *testing.T) {
	cfg := configured(t, "--fault", "wedged", "--fault-seed", "7", "--no-reserved-tokens",
		"--fault", `{"name":"busy","when":{"times":2,"if":"size > 3"},"what":{"do":"respond","reason":"TooManyRequests"}}`)
	require.Len(t, cfg.FaultRules, 2)
	assert.Equal(t, "wedged", cfg.FaultRules[0].Name)
	assert.Equal(t, fault.Rule{
		Name: "busy", When: fault.When{Times: 2, If: "size > 3"},
		What: fault.Action{Do: fault.Respond, Reason: "TooManyRequests"},
	}, cfg.FaultRules[1])
	assert.EqualValues(t, 7, cfg.Faults.Seed)
	assert.True(t, cfg.Provider.NoReservedTokens)
}

func TestAFaultOnTheCommandLineThatCannotBeIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"wegded":                             `did you mean "wedged"?`,
		"http1":                              "http1 is how the simulator always behaves; there is nothing to enable",
		`{"what":{"do":"mute"},"then":1}`:    `unknown field "then"`,
		`{"what":{"do":"mute","copies":2}}`:  "what.copies has no meaning for mute",
		`{"what":{"do":"mute"}`:              "unexpected EOF",
		`{"what":{"do":"delay","delay":{}}}`: "what.delay",
	} {
		c, _, err := parseArgs(t, []string{"serve", "--any-port", "--fault", text})
		require.NoError(t, err)
		_, err = c.Serve.config()
		assert.ErrorContains(t, err, "--fault: ", text)
		assert.ErrorContains(t, err, want, text)
	}
}
