package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A token that is taken for a flag, or stands where it does not belong, is not repeated.
func TestNoErrorShowsTheControlToken(t *testing.T) {
	const token = "-t0ken-that-nobody-may-see"
	for _, args := range [][]string{
		{"run", "--control-token", token},
		{"run", "--control-token=" + token, token},
		{"fleet", "--control-token", token, "--count", token},
	} {
		var stdout, stderr strings.Builder
		assert.NotZero(t, run(t.Context(), args, testStreams(&stdout, &stderr)), args)
		assert.NotContains(t, stdout.String()+stderr.String(), token)
	}
	for _, variable := range []string{"DEVICE_SIM_CONTROL_TOKEN", "APNS_SIM_CONTROL_TOKEN"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, token)
			var stdout, stderr strings.Builder
			assert.NotZero(t, run(t.Context(), []string{"run", "--log-level", token}, testStreams(&stdout, &stderr)))
			assert.NotContains(t, stderr.String(), token)
		})
	}
}
