package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAVariableMayHoldTheWholeConfiguration(t *testing.T) {
	for name, text := range map[string]string{
		"YAML": "profile: strict\ntopics: [com.example.one]\nhistory: 17\ncontrol-token: 0123456789abcdef\n",
		"JSON": `{"profile":"strict","topics":["com.example.one"],"history":17,"control-token":"0123456789abcdef"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("APNS_SIM_CONFIG", text)
			t.Setenv("APNS_SIM_TOPIC", "com.example.two")
			all := shownSettings(t)
			assert.Equal(t, "strict", all["profile"].Value)
			assert.EqualValues(t, 17, all["history"].Value)
			assert.True(t, strings.HasPrefix(all["history"].From, "variable APNS_SIM_CONFIG:"), all["history"].From)
			assert.Equal(t, []any{"com.example.two"}, all["topic"].Value, "a variable of its own takes precedence")
			assert.EqualValues(t, 18, shownSettings(t, "--history", "18")["history"].Value, "and a flag as well")
			assert.Equal(t, "(settings)", all["config"].Value)
			assert.Equal(t, "(a secret)", all["control-token"].Value)
		})
	}
}

func TestErrorsInAConfigurationInAVariableHaveTheirPlace(t *testing.T) {
	t.Setenv("APNS_SIM_CONFIG", "listen: 127.0.0.1:0\nhistoy: 17\n")
	o := invoke(t, "config", "show")
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, `APNS_SIM_CONFIG:2:1: unknown setting "histoy"; did you mean history?`)

	t.Setenv("APNS_SIM_CONFIG", "")
	o = invoke(t, "config", "show", "--config", `{"control-token": "0123456789abcdef`)
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, "--config:1:")
	assert.NotContains(t, o.stderr, "0123456789abcdef")
}

func TestAOneLineConfigurationIsNoPath(t *testing.T) {
	assert.EqualValues(t, 17, shownSettings(t, "--config", "history: 17")["history"].Value)
	o := invoke(t, "config", "show", "--config", "absent.yaml")
	assert.Equal(t, exitUsage, o.code)
	assert.Contains(t, o.stderr, "--config: open absent.yaml")
}
