package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAllMistakesInFlagsAndVariablesAreToldAtOnce(t *testing.T) {
	const (
		wrongName = `unknown flag --histroy, did you mean "--history"?`
		noNumber  = `--window: expected a valid 64 bit int but got "y"`
		noLevel   = `--log-level must be one of "debug","info","warn","error" but got "loud"`
		seeAlso   = "  see apns-sim --help"
		noHistory = `--history: expected a valid 64 bit int but got "x" (from envar APNS_SIM_HISTORY="x")`
	)
	for _, tc := range []struct {
		name, args, history string
		want                []string
	}{
		{"in the order of kong", "--histroy 3 --log-level loud --window=y", "", []string{wrongName, noNumber, noLevel, seeAlso}},
		{"a name twice", "--histroy=3 --histroy=4", "", []string{wrongName, wrongName, seeAlso}},
		{"flag and variable", "--histroy=3 --window y", "x", []string{wrongName, noNumber, noHistory, seeAlso}},
		{"variable alone", "--log-level=warn", "x", []string{noHistory, seeAlso}},
		{"the flag wins over the variable", "--history=3 --window=y", "x", []string{noNumber, seeAlso}},
		{
			"what a program's own flags mean is not judged", "exec --histroy=3 go test --window y", "",
			[]string{wrongName, "  see apns-sim exec --help"},
		},
		{
			"what follows from taking a flag away is not told", "send --tokn=00", "",
			[]string{`unknown flag --tokn, did you mean "--token"?`, "  see apns-sim send --help"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.history != "" {
				t.Setenv("APNS_SIM_HISTORY", tc.history)
			}
			o := invoke(t, strings.Fields(tc.args)...)
			assert.Equal(t, exitUsage, o.code)
			assert.Equal(t, "apns-sim: "+strings.Join(tc.want, "\n")+"\n", o.stderr)
		})
	}
}
