package control_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/journal"
)

const browserAccept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

func TestABrowserGetsTheConsoleAtTheRoot(t *testing.T) {
	for name, cfg := range map[string]control.Config{"open": {}, "with a token, which browsers do not send": {Token: token}} {
		t.Run(name, func(t *testing.T) {
			a := newAPIWith(t, cfg)
			w := a.send(request{method: http.MethodGet, path: "/", header: map[string]string{"Accept": browserAccept}})
			assert.Equal(t, http.StatusOK, w.Code)
			assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
			assert.Contains(t, w.Body.String(), `src="/console/main.js"`)
			assert.Equal(t, http.StatusOK, a.get("/console/main.js").Code)
		})
	}
}

func TestTheConsoleIsNotForOtherHosts(t *testing.T) {
	a := newAPI(t)
	for _, path := range []string{"/", "/console/main.js"} {
		w := a.send(request{method: http.MethodGet, path: path, host: "rebound.example", header: map[string]string{"Accept": browserAccept}})
		assert.Equal(t, http.StatusMisdirectedRequest, w.Code, path)
	}
}

// summaries reads the data of messages named summary.
func summaries(t *testing.T, body string) (list []control.EventSummary) {
	t.Helper()
	for message := range strings.SplitSeq(strings.TrimSpace(body), "\n\n") {
		data, ok := strings.CutPrefix(message, "event: summary\ndata: ")
		if !ok {
			continue
		}
		var s control.EventSummary
		require.NoError(t, json.Unmarshal([]byte(data), &s))
		list = append(list, s)
	}
	return list
}

func TestASummaryComesAtOnceAndThenOnceAnIntervalIfSomethingHappened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(t)
		go func() {
			for range 1000 {
				a.sim.journal.Record(journal.Event{Kind: journal.Connected, Device: apns.DeviceID{1}})
				time.Sleep(time.Millisecond)
			}
		}()
		time.Sleep(time.Millisecond / 2)
		began := time.Now()
		w := a.get("/v1/events/summary?interval=400ms&limit=4")
		list := summaries(t, w.Body.String())
		require.Len(t, list, 4)
		assert.Equal(t, 1200*time.Millisecond, time.Since(began))
		var counts []uint64
		for _, s := range list {
			assert.Equal(t, list[0].Run, s.Run)
			assert.Equal(t, s.Seq, s.Counts["connected"])
			counts = append(counts, s.Seq)
		}
		assert.Equal(t, []uint64{1, 401, 801, 1000}, counts)
	})
}

func TestWhereNothingHappensASummaryStreamShowsThatItLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(t)
		go func() {
			time.Sleep(40 * time.Second)
			a.sim.journal.Record(journal.Event{Kind: journal.Connected})
		}()
		w := a.get("/v1/events/summary?limit=2")
		assert.Equal(t, 2, strings.Count(w.Body.String(), ": nothing new\n\n"))
		assert.Len(t, summaries(t, w.Body.String()), 2)
	})
}

func TestSummariesOfTwoRunsAreToldApart(t *testing.T) {
	first := summaries(t, newAPI(t).get("/v1/events/summary?limit=1").Body.String())
	second := summaries(t, newAPI(t).get("/v1/events/summary?limit=1").Body.String())
	assert.NotEqual(t, first[0].Run, second[0].Run)
}

func TestASummaryStreamRefusesWhatItDoesNotTake(t *testing.T) {
	a := newAPI(t)
	for query, detail := range map[string]string{
		"interval=1ms":   "write 100ms or more",
		"interval=2h":    "up to 1m",
		"limit=-1":       "write a number, 0 for no limit",
		"state=rejected": "query.state: there is no such parameter",
	} {
		wantProblem(t, a.get("/v1/events/summary?"+query), http.StatusUnprocessableEntity, detail)
	}
}

func TestAWordIsExplainedAsTheCommandDoes(t *testing.T) {
	a := newAPI(t)
	w := a.get("/v1/explain/baddevicetoken")
	assert.Contains(t, w.Body.String(), `"word":"BadDeviceToken"`)
	assert.Contains(t, w.Body.String(), `"remedy":"Check that host`)
	wantProblem(t, a.get("/v1/explain/BadDevicToken"), http.StatusNotFound, "did you mean BadDeviceToken?")
}
