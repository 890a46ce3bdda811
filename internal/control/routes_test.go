package control_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/fault"
)

func TestInfoIsTheReadyRecord(t *testing.T) {
	a := newAPI(t)
	w := a.get("/v1/info")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), "ports differ from run to run")
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	assert.JSONEq(t, `{"event":"ready"}`, w.Body.String())
}

func TestARecordThatIsNoJSONIsAFaultOfOurs(t *testing.T) {
	a := newAPI(t)
	a.sim.record = func() {}
	assert.Equal(t, http.StatusInternalServerError, a.get("/v1/info").Code)
	assert.Contains(t, a.log.String(), "level=ERROR")
}

func TestTheRootCertificateIsServedAsItIs(t *testing.T) {
	a := newAPI(t)
	w := a.get("/v1/ca.pem")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "application/x-pem-file", w.Header().Get("Content-Type"))
	assert.Equal(t, a.sim.pki.RootPEM(), w.Body.Bytes())
}

func TestHealthTellsAliveFromReady(t *testing.T) {
	a := newAPI(t)
	assert.Equal(t, http.StatusOK, a.get("/livez").Code)
	assert.Equal(t, http.StatusOK, a.get("/readyz").Code)

	a.sim.notReady = true
	assert.Equal(t, http.StatusOK, a.get("/livez").Code, "starting is being alive")
	wantProblem(t, a.get("/readyz"), http.StatusServiceUnavailable, "ask again")
}

func TestWhereNothingIsTheRoutesAreNamed(t *testing.T) {
	a := newAPI(t)
	for _, path := range []string{"/", "/v1/", "/v1/info/", "/v2/info"} {
		wantProblem(t, a.get(path), http.StatusNotFound, "there is nothing at "+path+"; the control API has /livez, ")
		wantProblem(t, a.get(path), http.StatusNotFound, ", /v1/info, ")
		wantProblem(t, a.get(path), http.StatusNotFound, "; /docs describes each")
	}
}

func TestAWrongMethodIsToldTheRightOnes(t *testing.T) {
	rows := []struct{ method, path, allow string }{
		{http.MethodGet, "/v1/activation", "POST"},
		{http.MethodPost, "/v1/info", "GET, HEAD"},
		{http.MethodDelete, "/v1/ca.pem", "GET, HEAD"},
		{http.MethodPut, "/livez", "GET, HEAD"},
		{http.MethodOptions, "/readyz", "GET, HEAD"}, // a preflight gets no CORS headers
	}
	a := newAPI(t)
	for _, row := range rows {
		t.Run(row.method+row.path, func(t *testing.T) {
			w := a.send(request{method: row.method, path: row.path})
			wantProblem(t, w, http.StatusMethodNotAllowed, row.path+" does not take "+row.method+"; use "+row.allow)
			assert.Equal(t, row.allow, w.Header().Get("Allow"), "RFC 9110, 15.5.6")
		})
	}
}

func TestRefusalsAreLogged(t *testing.T) {
	a := newAPI(t)
	a.get("/v2/info")
	assert.Contains(t, a.log.String(), `err="GET /v2/info: there is nothing at /v2/info`)
}

func TestAConfigThatCannotBeUsedIsRefused(t *testing.T) {
	_, err := control.New(control.Config{})
	require.EqualError(t, err, "control: Config.General is nil; set it")

	for _, host := range []string{"", ".", "sim:8197", "http://sim", "[::1]", "user@sim", "a b"} {
		_, err := control.New(control.Config{Parts: control.Parts{General: &simulator{}}, AllowedHosts: []string{"sim", host}})
		require.ErrorContains(t, err, "write a name or an address without port", host)
		require.ErrorContains(t, err, "Config.AllowedHosts[1]", host)
	}
}

func TestTheRoutesOfAResourceExistIfItsPartsAreGiven(t *testing.T) {
	handler, err := control.New(control.Config{Parts: control.Parts{General: &simulator{record: "up"}, Faults: fault.New(fault.Config{})}})
	require.NoError(t, err)
	a := &api{t: t, handler: handler}
	assert.Equal(t, http.StatusOK, a.get("/v1/info").Code)
	assert.Equal(t, http.StatusOK, a.get("/v1/faults").Code)
	for _, path := range []string{"/v1/teams", "/v1/spaces", "/v1/devices", "/v1/notifications", "/v1/events", "/metrics", "/bag"} {
		assert.Equal(t, http.StatusNotFound, a.get(path).Code, path)
	}
	var document struct{ Paths map[string]any }
	require.NoError(t, json.Unmarshal(a.get("/v1/openapi.json").Body.Bytes(), &document))
	assert.Contains(t, document.Paths, "/v1/faults")
	assert.NotContains(t, document.Paths, "/v1/teams")
}
