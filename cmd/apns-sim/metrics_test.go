package main

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

func TestMetricsTellWhatHappenedAndWhatWaits(t *testing.T) {
	s := serve(t, "--any-port", "--fault", "accepted-not-delivered")
	var made controlapi.CreatedSpace
	require.Equal(t, http.StatusCreated, api(t, s, "POST", "/v1/spaces", "", &made))
	invoke(t, "send", "--control", s.Control, "--token", strange)
	response, err := http.Get(s.Control + "/metrics") //nolint:noctx // The test is over if it hangs.
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	for _, line := range []string{
		`apns_sim_events_total{cause="BadDeviceToken",kind="rejected"} 1`,
		`apns_sim_events_total{cause="",kind="connected"} 1`,
		`apns_sim_fault_hits_total{fault="accepted-not-delivered",kind="discard"} 1`,
		"apns_sim_spaces 1", "apns_sim_device_connections 1", "apns_sim_pushes_held 0", "apns_sim_faults 1", "go_goroutines ",
	} {
		assert.Contains(t, string(text), line)
	}
}
