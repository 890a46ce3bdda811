package loadgen

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScriptIsReadInOrderOfTime(t *testing.T) {
	script, err := ParseScript(strings.NewReader(`
# a morning
at 15s connect all     # everybody is back
at 10s disconnect 20%

at 1m30s erase 3
at 2m ack-delay never
at 2m churn vanish=5/s,rotate=30/m
at 3m stop
`))
	require.NoError(t, err)
	assert.Equal(t, Script{
		{Line: 4, At: 10 * time.Second, action: Disconnect, share: Share{Percent: 20}},
		{Line: 3, At: 15 * time.Second, action: Connect, share: Share{Percent: 100}},
		{Line: 6, At: 90 * time.Second, action: Erase, share: Share{Devices: 3}},
		{Line: 7, At: 2 * time.Minute, operation: stepAckDelay, delay: -1},
		{Line: 8, At: 2 * time.Minute, operation: stepChurn, churn: Churn{Vanish: 5, Rotate: 0.5}},
		{Line: 9, At: 3 * time.Minute, operation: stepStop},
	}, script)
}

func TestErrorsOfAScriptNameLineAndRemedy(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"misspelled action":    {"at 1s disconect 5%", `line 1: unknown action "disconect"; did you mean disconnect?`},
		"misspelled operation": {"\nat 1s ackdelay 5s", `line 2: unknown action "ackdelay"; did you mean ack-delay?`},
		"unknown action":       {"at 1s somersault all", `line 1: unknown action "somersault": use disconnect, reset, vanish, connect, sleep, wake, uninstall, install, rotate, erase, ack-delay, churn, stop`},
		"no at":                {"10s disconnect all", `line 1: "10s": a step begins with at and a time, as in: at 10s disconnect 20%`},
		"no action":            {"at 10s", "line 1: a step has a time and an action, as in: at 10s disconnect 20%"},
		"bad time":             {"at noon disconnect all", `line 1: "noon" is no time; use one like 10s or 1m30s`},
		"time before":          {"at -1s disconnect all", `line 1: "-1s" is no time; use one like 10s or 1m30s`},
		"no share":             {"at 1s vanish", "line 1: one word follows vanish, as in: at 10s vanish 20%"},
		"too much":             {"at 1s vanish all now", "line 1: one word follows vanish, as in: at 10s vanish 20%"},
		"stop with a share":    {"at 1s stop all", `line 1: "all": nothing follows stop, as in: at 10s stop`},
		"bad share":            {"at 1s vanish some", `line 1: "some" is no part of a fleet; use all, a percentage like 20%, or a number of devices`},
		"beyond all":           {"at 1s vanish 101%", `line 1: "101%" is no part of a fleet; use all, a percentage like 20%, or a number of devices`},
		"not a number":         {"at 1s vanish NaN%", `line 1: "NaN%" is no part of a fleet; use all, a percentage like 20%, or a number of devices`},
		"bad delay":            {"at 1s ack-delay soon", `line 1: "soon" is no delay; use a time like 200ms, or never`},
		"bad churn":            {"at 1s churn wake=1/s", `line 1: unknown action "wake": use disconnect, reset, vanish, sleep, rotate, erase`},
		"two errors":           {"at 1s vanis all\nat 2s vanish all\nat 3s wak all", "line 1: unknown action \"vanis\"; did you mean vanish?\nline 3: unknown action \"wak\"; did you mean wake?"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseScript(strings.NewReader(tc.text))
			assert.EqualError(t, err, tc.want)
		})
	}
}

func TestShareIsRoundedAndNeverMoreThanAll(t *testing.T) {
	for word, want := range map[string]int{"all": 10, "20%": 2, "25%": 3, "0%": 0, "7": 7, "0": 0, "99": 10} {
		share, err := ParseShare(word)
		require.NoError(t, err)
		assert.Equal(t, want, share.of(10), word)
	}
}

func FuzzScriptIsReadOrRefusedByLine(f *testing.F) {
	f.Add("at 10s disconnect 20%\nat 15s connect all # back\n")
	f.Add("at 1s churn vanish=5/s,rotate=30/m\nat 2s ack-delay 200ms\nat 3s stop")
	f.Fuzz(func(t *testing.T, text string) {
		script, err := ParseScript(strings.NewReader(text))
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.Contains(line, ": ") {
					t.Errorf("no place in %q", line)
				}
			}
			return
		}
		for i, s := range script {
			if s.At < 0 || i > 0 && s.At < script[i-1].At {
				t.Errorf("step %d is out of order", i)
			}
			if n := s.share.of(100); n < 0 || n > 100 {
				t.Errorf("%d of 100 devices", n)
			}
		}
	})
}
