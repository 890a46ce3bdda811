package apnssim

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWithoutASimulatorTheErrorSaysWhatToDo(t *testing.T) {
	t.Setenv("APNS_SIM_BIN", "/does/not/exist/apns-sim")
	_, err := start()
	require.ErrorContains(t, err, "no simulator: none answers at")
	require.ErrorContains(t, err, "set APNS_SIM_BIN to its path")
}

func TestNobodyAnswersAtAClosedPort(t *testing.T) {
	assert.False(t, isLive("http://127.0.0.1:1"))
}
