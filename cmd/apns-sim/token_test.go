package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/fault"
)

// cli runs a command line and returns what it prints.
func cli(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, newConsole(strings.NewReader(""), &out, &errs))
	return code, out.String(), errs.String()
}

func TestTheReservedTokenOfAReasonIsPrinted(t *testing.T) {
	code, stdout, _ := cli(t, "token", "--reason", "Unregistered")
	assert.Equal(t, exitOK, code)
	assert.Equal(t, "61706e732d73696d3a6f7574636f6d6500000000000000000000000004100001\n", stdout)

	code, stdout, _ = cli(t, "token", "--reason", "slow", "--json")
	assert.Equal(t, exitOK, code)
	assert.JSONEq(t, `{"outcome":"slow","token":"61706e732d73696d3a6f7574636f6d6500000000000000000000000002000001","does":"answered 200 after 5 seconds"}`, stdout)

	code, _, stderr := cli(t, "token", "--reason", "Unregisterd")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `--reason: outcome: "Unregisterd" is not known; did you mean "Unregistered"?`)
}

func TestReservedTokensAreListed(t *testing.T) {
	_, stdout, _ := cli(t, "token")
	assert.Equal(t, len(fault.ReservedTokens()), strings.Count(stdout, "\n"))
	assert.Contains(t, stdout, "TooManyRequests")
	_, stdout, _ = cli(t, "token", "--json")
	assert.Equal(t, len(fault.ReservedTokens()), strings.Count(stdout, "\n"))
}
