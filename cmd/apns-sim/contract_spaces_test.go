package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// post makes something, and reads what was made.
func (c *contract) post(t *testing.T, path, order string, made any) {
	t.Helper()
	status, _, body := c.send(t, http.MethodPost, path, "application/json", []byte(order))
	require.Equal(t, http.StatusCreated, status, string(body))
	require.NoError(t, json.Unmarshal(body, made))
}

// inSpace gives an operation a space.
func inSpace(operation string) func(*contract, *testing.T) {
	return func(c *contract, t *testing.T) {
		c.today(t)
		var made controlapi.CreatedSpace
		c.post(t, "/v1/spaces", `{"devices":0}`, &made)
		c.values[operation+" team"] = made.Team
	}
}

// today takes back what the example of the clock does: in 2030 the certificates of
// devices are no longer good.
func (c *contract) today(t *testing.T) {
	t.Helper()
	status, _, body := c.send(t, http.MethodPost, "/v1/reset", "", nil)
	require.Equal(t, http.StatusNoContent, status, string(body))
}

// onDevice gives an operation a virtual device.
func onDevice(operation string) func(*contract, *testing.T) {
	return func(c *contract, t *testing.T) {
		c.today(t)
		var made struct{ Devices []controlapi.Device }
		c.post(t, "/v1/devices", `{"topics":["com.example.app"]}`, &made)
		c.values[operation+" id"] = made.Devices[0].ID.String()
	}
}

func init() {
	for _, operation := range []string{
		"get-space", "delete-team", "delete-space", "reset-space", "get-space-clock", "set-space-clock", "advance-space-clock",
	} {
		preparations[operation] = inSpace(operation)
	}
	for _, operation := range []string{
		"get-device", "delete-device", "get-inbox", "get-screen", "clear-inbox", "close-connection",
		"online-device", "offline-device", "lock-device", "unlock-device", "sleep-device", "wake-device", "erase-device",
		"low-power-device", "full-power-device", "revoke-device", "redirect-device",
		"install-app", "uninstall-app", "rotate-app", "forbid-app", "allow-app",
	} {
		preparations[operation] = onDevice(operation)
	}
	preparations["decrypt-token"] = func(c *contract, t *testing.T) {
		c.today(t)
		var made struct{ Devices []controlapi.Device }
		c.post(t, "/v1/devices", `{"topics":["com.example.app"]}`, &made)
		c.values["decrypt-token token"] = made.Devices[0].Apps[0].Token
	}
	preparations["make-devices"], preparations["make-space"] = (*contract).today, (*contract).today
	preparations["delete-channel"] = func(c *contract, t *testing.T) {
		var made controlapi.Channel
		c.post(t, "/v1/channels", `{"topic":"com.example.demo"}`, &made)
		c.values["delete-channel id"] = strings.NewReplacer("/", "_", "+", "-").Replace(made.ID)
	}
	preparations["revoke-key"] = func(c *contract, t *testing.T) {
		var made controlapi.Key
		c.post(t, "/v1/teams/SIMTEAM001/keys", `{}`, &made)
		c.values["revoke-key key"] = made.ID
	}
	preparations["remove-app"] = func(c *contract, t *testing.T) {
		var team controlapi.Team
		c.post(t, "/v1/apps", `{"bundleId":"com.example.app"}`, &team)
	}
}
