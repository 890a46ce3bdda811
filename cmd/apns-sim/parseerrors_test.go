package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAllErrorsInFlagsAndVariablesAreReportedTogether(t *testing.T) {
	const (
		wrongName = `unknown flag --histroy, did you mean "--history"?`
		noNumber  = `--window: "y" is not a whole number`
		noLevel   = `--log-level must be one of "debug","info","warn","error" but got "loud"`
		seeAlso   = "  see apns-sim --help"
		noHistory = `--history: "x" is not a whole number (from APNS_SIM_HISTORY)`
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
			"the flags of the program itself are not checked", "exec --histroy=3 go test --window y", "",
			[]string{wrongName, "  see apns-sim exec --help"},
		},
		{
			"an error caused by the removal of a flag is left out", "send --tokn=00", "",
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

func TestAValueThatCannotBeParsedIsReportedInPlainWords(t *testing.T) {
	for args, want := range map[string]string{
		"serve --stop-timeout 5x":       `--stop-timeout: "5x" is not a duration; write one such as 90s or 1h30m`,
		"serve --stop-timeout":          "--stop-timeout: the value is missing",
		"wait --timeout 5":              `--timeout: "5" is not a duration; write one such as 90s or 1h30m`,
		"wait --timeout soon":           `--timeout: "soon" is not a duration; write one such as 90s or 1h30m`,
		"list --limit many":             `--limit: "many" is not a whole number`,
		"serve --streams=-1":            `--streams: "-1" is not a whole number from 0`,
		"serve --streams -1":            `--streams: "-1" looks like a flag; write --streams="-1"`,
		"serve --any-port=perhaps":      `--any-port: "perhaps" is not true or false`,
		"clock set tomorrow":            `<time>: "tomorrow" is not a time; write one such as 2030-01-01T12:00:00Z`,
		"fault add x --probability low": `--probability: "low" is not a number`,
	} {
		o := invoke(t, strings.Fields(args)...)
		assert.Equal(t, exitUsage, o.code, args)
		line, _, _ := strings.Cut(o.stderr, "\n")
		assert.Equal(t, "apns-sim: "+want, line, args)
	}
}
