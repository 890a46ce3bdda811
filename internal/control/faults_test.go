package control_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/internal/fault"
)

func (a *api) addFault(body string) (status int, response string) {
	a.t.Helper()
	w := a.send(request{method: http.MethodPost, path: "/v1/faults", contentType: "application/json", body: strings.NewReader(body)})
	return w.Code, w.Body.String()
}

func TestAFaultComesAndGoes(t *testing.T) {
	a := newAPI(t)
	status, response := a.addFault(`{"where":{"topic":"com.example.app"},"when":{"times":2},"what":{"do":"respond","reason":"TooManyRequests"}}`)
	require.Equal(t, http.StatusCreated, status, response)
	assert.JSONEq(t, `{"faults":[{"name":"respond-1","where":{"topic":"com.example.app"},"when":{"times":2},"what":{"do":"respond","reason":"TooManyRequests"}}]}`, response)

	assert.Empty(t, slices.Collect(a.sim.faults.Hits(fault.AtRequest, &fault.Attributes{})))
	assert.JSONEq(t, `{"seed":7,"faults":[{"name":"respond-1","where":{"topic":"com.example.app"},"when":{"times":2},
		"what":{"do":"respond","reason":"TooManyRequests"},"matched":0,"hits":0}]}`, a.get("/v1/faults").Body.String())
	assert.Equal(t, http.StatusOK, a.get("/v1/faults/respond-1").Code)

	remove := func(path string) int {
		return a.send(request{method: http.MethodDelete, path: path}).Code
	}
	assert.Equal(t, http.StatusNoContent, remove("/v1/faults/respond-1"))
	assert.Equal(t, http.StatusNotFound, remove("/v1/faults/respond-1"))
	wantProblem(t, a.get("/v1/faults/respond-1"), http.StatusNotFound, `there is no fault "respond-1"; /v1/faults lists them`)
	assert.Empty(t, a.sim.faults.Rules())
}

func TestFaultsOfOneSpaceAreRemovedTogether(t *testing.T) {
	a := newAPI(t)
	for _, space := range []string{"TEAM000001", "TEAM000001", "TEAM000002"} {
		status, response := a.addFault(`{"space":"` + space + `","what":{"do":"discard"}}`)
		require.Equal(t, http.StatusCreated, status, response)
	}
	w := a.send(request{method: http.MethodDelete, path: "/v1/faults?space=TEAM000001"})
	assert.JSONEq(t, `{"removed":2}`, w.Body.String())
	assert.Len(t, a.sim.faults.Rules(), 1)
}

func TestAPresetIsAddedByItsName(t *testing.T) {
	a := newAPI(t)
	status, response := a.addFault(`{"preset":"slow-connect"}`)
	require.Equal(t, http.StatusCreated, status, response)
	var names []string
	for _, rule := range a.sim.faults.Rules() {
		names = append(names, rule.Name)
	}
	assert.Equal(t, []string{"slow-connect-1", "slow-connect-2"}, names)

	status, response = a.addFault(`{"preset":"request-cap","when":{"after":3},"where":{"topic":"a"}}`)
	require.Equal(t, http.StatusCreated, status, response)
	rule := a.sim.faults.Rules()[2]
	assert.Equal(t, fault.When{After: 3}, rule.When, "a test has no patience for 50,000 requests")
	assert.Equal(t, fault.Where{"topic": "a"}, rule.Where)
}

func TestAFaultThatCannotBeIsRefusedWithPlaceAndRemedy(t *testing.T) {
	for body, want := range map[string]struct {
		status int
		detail string
	}{
		`{}`: {422, "what is missing; say what goes wrong, or name a preset"},
		`{"preset":"resets","what":{"do":"mute"}}`:                                       {422, "both what and preset are set; leave one out"},
		`{"preset":"resets","name":"mine"}`:                                              {422, "the faults of a preset have names already"},
		`{"preset":"reset"}`:                                                             {422, `did you mean "resets"?`},
		`{"preset":"http1"}`:                                                             {422, "http1 is how the simulator always behaves"},
		`{"what":{"do":"repsond","reason":"Frbidden"},"where":{"topik":"x"}}`:            {422, `what.do: "repsond" is not known; did you mean "respond"?`}, //nolint:misspell // on purpose
		`{"what":{"do":"respond","reason":"Frbidden"},"where":{"topik":"x"}}`:            {422, `did you mean "Forbidden"?`},
		`{"what":{"do":"respond","reason":"Forbidden","delay":{"fixed":"5 s"}}}`:         {422, "5 s"},
		`{"what":{"do":"discard"},"when":{"probability":2}}`:                             {422, "probability"},
		`{"name":"taken","what":{"do":"discard"}}`:                                       {409, `"taken" is taken by another rule`},
		`{"what":{"do":"respond","reason":"Forbidden"},"when":{"if":"topic =="}}`:        {422, "when.if"},
		`{"what":{"do":"refuse-connection"},"where":{"topic":"x"},"space":"TEAM000001"}`: {422, "where.topic is not known at the accept"},
	} {
		t.Run(body, func(t *testing.T) {
			a := newAPI(t)
			status, response := a.addFault(`{"name":"taken","what":{"do":"discard"}}`)
			require.Equal(t, http.StatusCreated, status, response)
			w := a.send(request{method: http.MethodPost, path: "/v1/faults", contentType: "application/json", body: strings.NewReader(body)})
			wantProblem(t, w, want.status, want.detail)
			assert.Len(t, a.sim.faults.Rules(), 1, "nothing is added")
		})
	}
}

func TestTheVocabularyOfFaultsIsServed(t *testing.T) {
	a := newAPI(t)
	for path, want := range map[string]int{
		"/v1/fault-presets":   len(fault.Presets()),
		"/v1/fault-kinds":     len(fault.Kinds()),
		"/v1/reserved-tokens": len(fault.ReservedTokens()),
	} {
		var lists map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(a.get(path).Body.Bytes(), &lists))
		var list []map[string]any
		for _, name := range []string{"presets", "kinds", "tokens"} {
			if lists[name] != nil {
				require.NoError(t, json.Unmarshal(lists[name], &list))
			}
		}
		assert.Len(t, list, want, path)
	}
}

func TestTwoSpacesMayHaveThePresetsAndNamesThatTheyLike(t *testing.T) {
	a := newAPI(t)
	for _, space := range []string{"TEAM00000A", "TEAM00000B"} {
		status, response := a.addFault(`{"preset":"resets","space":"` + space + `","where":{"topic":"x"}}`)
		require.Equal(t, http.StatusCreated, status, response)
	}
	wantProblem(t, a.get("/v1/faults/resets"), http.StatusConflict, `each of the spaces ["TEAM00000A" "TEAM00000B"] has a fault "resets"; say which one with space`)
	var got fault.State
	require.NoError(t, json.Unmarshal(a.get("/v1/faults/resets?space=TEAM00000B").Body.Bytes(), &got))
	assert.Equal(t, "TEAM00000B", got.Space)
	assert.Equal(t, fault.Where{"topic": "x"}, got.Where)

	assert.Equal(t, http.StatusNoContent, a.send(request{method: http.MethodDelete, path: "/v1/faults/resets?space=TEAM00000A"}).Code)
	assert.Equal(t, http.StatusOK, a.get("/v1/faults/resets").Code, "there is but one of the name left")
}

func TestAPresetKeepsWhatItIsAbout(t *testing.T) {
	a := newAPI(t)
	status, response := a.addFault(`{"preset":"empty-object","where":{"topic":"com.example.app"}}`)
	require.Equal(t, http.StatusCreated, status, response)
	assert.Equal(t, fault.Where{"body": "{}", "topic": "com.example.app"}, a.sim.faults.Rules()[0].Where)
}
