package control_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/control"
)

// What a request says is done or refused, never passed over.
func TestARouteThatTakesNoBodyRefusesOne(t *testing.T) {
	a := newAPIWith(t, control.Config{Parts: control.Parts{
		Spaces: struct{ control.Spaces }{}, Teams: struct{ control.Teams }{}, Devices: struct{ control.Devices }{}, // none is asked
	}})
	for _, path := range []string{"/v1/notifications/x/replay", "/v1/reset", "/v1/teams/X/suspend", "/v1/devices/0123456789abcdef/erase"} {
		got := a.send(request{method: http.MethodPost, path: path, body: strings.NewReader(`{"count":2}`)})
		wantProblem(t, got, http.StatusUnprocessableEntity, "POST /v1/")
		assert.Contains(t, got.Body.String(), "send an empty body", path)
	}
	for _, empty := range []string{"", "{}", " {}\n", "null"} {
		got := a.send(request{method: http.MethodPost, path: "/v1/notifications/x/replay", body: strings.NewReader(empty)})
		assert.Equal(t, http.StatusNotFound, got.Code, "%q says nothing", empty)
	}
}
