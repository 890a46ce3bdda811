package lesson_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/lesson"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/spacecontrol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// general is a simulator as the control API sees it.
type general struct{ *sim.Simulator }

func (g general) Info() any { return g.Simulator.Info() }

// spaces makes spaces, as the control API does.
type spaces struct{ *spacecontrol.Spaces }

func (s spaces) NewSpace(ctx context.Context, o controlapi.CreateSpaceRequest) (*controlapi.CreatedSpace, error) {
	made, _, err := s.OpenSpace(ctx, o)
	return made, err
}

// start runs a simulator until the test ends, and gives a client of its control API.
func start(t *testing.T, cfg sim.Config) (*sim.Simulator, lesson.Config) {
	t.Helper()
	s, err := sim.New(cfg)
	require.NoError(t, err)
	require.NoError(t, s.Start())
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	api, err := control.New(control.Config{Parts: control.Parts{
		General: general{s}, Activation: s.DeviceControl, Spaces: spaces{s.SpaceControl}, Teams: s.TeamControl, Devices: s.DeviceControl, Connections: s,
		DeviceTokens: s, ProviderTokens: s, Journal: s.Journal, Clock: s.Clock, Replayer: s, Faults: s.Faults,
	}})
	require.NoError(t, err)
	return s, lesson.Config{Control: func(ctx context.Context, method, path string, body []byte) ([]byte, error) {
		request := httptest.NewRequestWithContext(ctx, method, "http://localhost"+path, bytes.NewReader(body))
		if body != nil {
			request.Header.Set("Content-Type", "application/json")
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, request)
		if w.Code >= http.StatusMultipleChoices {
			return nil, fmt.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		return w.Body.Bytes(), nil
	}}
}
