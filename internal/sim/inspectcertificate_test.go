package sim_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/pki"
	"github.com/apns-sim/apns-sim/internal/sim"
)

func TestACertificateIsInspectedAsAConnectionWouldBe(t *testing.T) {
	var apple clock.Clock
	s, other := start(t, sim.Config{Clock: &apple}), start(t, sim.Config{})
	issue := func(by *sim.Simulator) string {
		identity, err := by.Secrets.PKI.IssueProvider(pki.ProviderRequest{Topic: "com.example.app", TeamID: "TEAM000001"})
		require.NoError(t, err)
		text, err := identity.PEM()
		require.NoError(t, err)
		return string(text) // the key is in it, and is passed over
	}
	own := issue(s)
	seen, err := s.InspectCertificate(own)
	require.NoError(t, err)
	assert.True(t, seen.Accepted, seen.Detail)
	assert.Equal(t, "com.example.app", seen.Topic)
	assert.Equal(t, "TEAM000001", seen.TeamID)
	assert.Contains(t, seen.Topics, "com.example.app")
	assert.Contains(t, seen.Environments, apns.Production.String())

	seen, err = s.InspectCertificate(issue(other))
	require.NoError(t, err)
	assert.False(t, seen.Accepted)
	assert.NotEmpty(t, seen.Detail)
	assert.Equal(t, "com.example.app", seen.Topic, "what it says is told all the same")

	apple.Advance(10 * 366 * 24 * time.Hour)
	seen, err = s.InspectCertificate(own)
	require.NoError(t, err)
	assert.False(t, seen.Accepted, "it has expired by the simulator's clock")

	_, err = s.InspectCertificate("-----BEGIN NOTHING-----")
	require.ErrorContains(t, err, "has no certificate in PEM")
}

func TestDevicesAreFoundByIDAppAndToken(t *testing.T) {
	s := start(t, sim.Config{})
	made, err := s.DeviceControl.NewDevices(t.Context(), controlapi.CreateDevicesRequest{Count: 3, Topics: []string{"com.example.Found"}})
	require.NoError(t, err)
	wanted := made[1]
	for _, text := range []string{wanted.ID.String(), wanted.Apps[0].Token} {
		found := s.DeviceControl.SearchDevices("", true, text, 10)
		require.Len(t, found.Devices, 1, text)
		assert.Equal(t, wanted.ID, found.Devices[0].ID)
		assert.Equal(t, 3, found.Total)
		assert.Equal(t, 3, found.Online)
	}
	found := s.DeviceControl.SearchDevices("", true, "example.found", 2)
	assert.Equal(t, 3, found.Matched)
	assert.Len(t, found.Devices, 2, "no more than were asked for")
}
