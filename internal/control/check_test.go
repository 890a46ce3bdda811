package control_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/internal/broker"
)

// checked is the part of a simulator that stands in for its checks.
type checked struct {
	looks    int
	settles  int // from this look on, all agrees
	problems []string
}

func (c *checked) Check() (broker.Stats, []string) {
	stats := broker.Stats{Connected: 1, Queues: 2, Held: 3, Ready: 4, InFlight: 5}
	if c.looks++; c.looks >= c.settles {
		return stats, nil
	}
	return stats, c.problems
}

func TestACheckLooksUntilEverythingAgrees(t *testing.T) {
	a := newAPI(t)
	a.sim.problems, a.sim.settles = []string{"one is missing"}, 3
	w := a.get("/v1/check")
	assert.Equal(t, http.StatusOK, w.Code)
	assert.JSONEq(t, `{"consistent":true,"problems":[],"looks":3,"connected":1,"queues":2,"held":3,"ready":4,"inFlight":5}`, w.Body.String())
}

func TestWhatNeverAgreesIsToldWhenTheTimeIsUp(t *testing.T) {
	a := newAPI(t)
	a.sim.problems, a.sim.settles = []string{"one is missing", "another is twice"}, 1<<30
	assert.JSONEq(t, `{"consistent":false,"problems":["one is missing","another is twice"],"looks":1,"connected":1,"queues":2,"held":3,"ready":4,"inFlight":5}`,
		a.get("/v1/check?timeout=0").Body.String())
	assert.Contains(t, a.get("/v1/check?timeout=100ms").Body.String(), `"consistent":false`)
	assert.Greater(t, a.sim.looks, 2)
}

func TestTheTimeOfACheckIsBounded(t *testing.T) {
	a := newAPI(t)
	for _, timeout := range []string{"soon", "-1s", "2m"} {
		wantProblem(t, a.get("/v1/check?timeout="+timeout), http.StatusUnprocessableEntity, "query.timeout")
	}
	assert.Zero(t, a.sim.looks)
}
