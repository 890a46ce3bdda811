package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/courier"
)

func TestProgramRunsInTheCommandInterpreter(t *testing.T) {
	sim := newSimulator(t)
	process := sim.start(sim.flags("--json", "--on-notification", `echo "%APNS_TOPIC%"&& exit /b 3`)...)
	c, _ := sim.accept()
	c.login(baseToken)
	c.issue(appToken)
	c.push(courier.Notification{ID: 1, Timestamp: 1, Payload: []byte(`{}`)})
	process.types(t, "quit")
	code, stdout, stderr := process.wait()
	require.Zero(t, code, stderr)
	assert.Contains(t, stdout, `"to":"program","outcome":"failed"`)
	assert.Contains(t, stdout, `\"com.example.demo\"`)
	assert.Contains(t, stdout, `"error":"exit status 3"`)
}
