package control_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/memnet"
)

// came records a push and what became of it.
func (w *watched) came(id, payload string, kinds ...journal.Kind) *journal.Trace {
	trace := &journal.Trace{
		Push:   &apns.Notification{ID: id, Token: "\xab", Topic: "com.example.app", Payload: []byte(payload), Expiration: apns.DefaultExpiration},
		Device: apns.DeviceID{1},
	}
	for _, kind := range append([]journal.Kind{journal.Received}, kinds...) {
		e := journal.Event{Kind: kind, Trace: trace, Device: trace.Device}
		if kind == journal.Rejected {
			e.Rejection = &apns.Rejection{Reason: apns.Unregistered, Since: time.UnixMilli(1508249865488), Detail: "gone"}
			e.Cause = string(e.Rejection.Reason)
		}
		if kind == journal.Stored {
			e.Cause = "device-offline"
		}
		w.journal.Record(e)
	}
	return trace
}

// read reads a response.
func read[T any](t *testing.T, w *httptest.ResponseRecorder, status int) (body T) {
	t.Helper()
	require.Equal(t, status, w.Code, w.Body.String())
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
	return body
}

type list struct {
	Notifications []control.Notification
	Next, Newest  uint64
	Count         int
	Deleted       int
}

func TestPushesAreListedByFilterWords(t *testing.T) {
	a := newAPI(t)
	a.sim.came("one", `{"n":1}`, journal.Accepted, journal.Delivered)
	a.sim.came("two", `{"n":2}`, journal.Rejected)
	a.sim.came("three", `not JSON`, journal.Accepted, journal.Stored, journal.Sent, journal.Delivered)
	for _, row := range []struct{ query, want string }{
		{"", "three two one"},
		{"?order=oldest", "one two three"},
		{"?state=delivered", "three one"},
		{"?state=delivered&payload.n", "one"},
		{"?payload.n=1&payload.n=2", "two one"},
		{"?reason=Unregistered&status=410", "two"},
		{"?topic=com.example.other", ""},
		{"?limit=1", "three"},
		{"?before=3&limit=1", "two"},
		{"?order=oldest&after=2", "three"},
	} {
		got := read[list](t, a.get("/v1/notifications"+row.query), 200)
		var ids []string
		for _, n := range got.Notifications {
			ids = append(ids, n.ID)
		}
		assert.Equal(t, row.want, strings.Join(ids, " "), row.query)
	}
	assert.Equal(t, 2, read[list](t, a.get("/v1/notifications/count?state=delivered"), 200).Count)
}

func TestOnePushIsShownWithItsTimelineInTheWordsOfTheDeliveryLog(t *testing.T) {
	a := newAPI(t)
	a.sim.came("three", `{"aps":{"badge":"x"}}`, journal.Accepted, journal.Stored, journal.Sent, journal.Delivered)
	n := read[control.FullNotification](t, a.get("/v1/notifications/THREE"), 200)
	var labels []string
	for _, s := range n.Timeline {
		labels = append(labels, s.Label)
	}
	assert.Equal(t, []string{
		"Received by APNs", "Accepted by APNs", "Stored - Device Offline", "Sent to Device", "Delivered to Device (From Storage)",
	}, labels)
	assert.Equal(t, "delivered", n.State)
	assert.Equal(t, 1, n.Timeline[3].Attempt)
	assert.Nil(t, n.Expiration, "the provider gave none")
	assert.JSONEq(t, `{"aps":{"badge":"x"}}`, string(n.Payload))
	assert.NotEmpty(t, n.Advice)

	a.sim.came("no", "", journal.Rejected)
	n = read[control.FullNotification](t, a.get("/v1/notifications/2"), 200)
	assert.Equal(t, "Unregistered", n.Response.Reason)
	assert.Equal(t, 410, n.Response.Status)
	assert.Equal(t, int64(1508249865488), n.Response.Timestamp)
	wantProblem(t, a.get("/v1/notifications/nobody"), http.StatusNotFound, `no push has the id "nobody"`)
}

func TestWhatIsGoneIsSaidToBeGone(t *testing.T) {
	a := newAPIWith(t, control.Config{Parts: control.Parts{Journal: journal.New(journal.Config{History: 1})}})
	a.sim.came("old", "")
	a.sim.came("new", "")
	wantProblem(t, a.get("/v1/notifications/old"), http.StatusNotFound, "1 were evicted since the start, up to number 1")
}

func TestQueriesThatCannotBeReadAreRefused(t *testing.T) {
	a := newAPI(t)
	for _, row := range []struct{ path, want string }{
		{"/v1/notifications?topics=x", "query.topics: there is no such filter word; did you mean topic?"},
		{"/v1/notifications?limit=0", "query.limit: it is 0; write 1 to 1000"},
		{"/v1/notifications?order=random", `query.order: there is no "random"; write newest or oldest`},
		{"/v1/notifications/count?limit=1", "query.limit: there is no such filter word"},
		{"/v1/notifications/wait?timeout=soon", `query.timeout: it is "soon"`},
		{"/v1/notifications/wait?timeout=1h", "up to 5m0s"},
		{"/v1/notifications/wait?count=0", "query.count: it is 0"},
		{"/v1/events?after=x", `query.after: it is "x"`},
		{"/v1/events?limit=-1", `query.limit: it is "-1"`},
		{"/v1/events?state=sen", `query.state: there is no "sen"; did you mean sent?`},
	} {
		wantProblem(t, a.get(row.path), http.StatusUnprocessableEntity, row.want)
	}
}

func TestPushesAreDeletedOnlyIfItIsSaidWhich(t *testing.T) {
	a := newAPI(t)
	for i := range 3 {
		a.sim.came(fmt.Sprint("id", i), fmt.Sprintf(`{"n":%d}`, i))
	}
	drop := func(query string) *httptest.ResponseRecorder {
		return a.send(request{method: http.MethodDelete, path: "/v1/notifications" + query})
	}
	wantProblem(t, drop(""), http.StatusUnprocessableEntity, "say which pushes to delete, or all=true")
	assert.Equal(t, 1, read[list](t, drop("?payload.n=1"), 200).Deleted)
	assert.Equal(t, 0, read[list](t, drop("?payload.n=0&after=1"), 200).Deleted)
	assert.Equal(t, 1, read[list](t, drop("?all=true&after=2&before=4"), 200).Deleted)
	assert.Equal(t, 1, read[list](t, drop("?all=true"), 200).Deleted)
}

func TestOnlyAcceptedPushesAreReplayed(t *testing.T) {
	a := newAPI(t)
	a.sim.came("good", "", journal.Accepted)
	a.sim.came("bad", "", journal.Rejected)
	replay := func(id string) *httptest.ResponseRecorder {
		return a.send(request{method: http.MethodPost, path: "/v1/notifications/" + id + "/replay"})
	}
	got := read[map[string]string](t, replay("good"), 201)
	assert.Equal(t, "good", got["replayOf"])
	assert.Equal(t, "good", a.sim.replayed)
	wantProblem(t, replay("bad"), http.StatusConflict, "only what was accepted can be replayed")
	a.sim.refused = apns.Reject(apns.Unregistered, "gone since")
	wantProblem(t, replay("good"), http.StatusConflict, "was rejected this time: Unregistered: gone since")
	a.sim.refused = errOurs
	wantProblem(t, replay("good"), http.StatusInternalServerError, "its log says why")
}

func TestTheLatestPushIsTheNewestThatMatches(t *testing.T) {
	a := newAPI(t)
	wantProblem(t, a.get("/v1/notifications/latest"), http.StatusNotFound, "no push in the history matches everything")
	a.sim.came("old", `{"n":1}`, journal.Accepted)
	a.sim.came("new", `{"n":1}`, journal.Accepted)
	assert.Equal(t, "new", read[control.FullNotification](t, a.get("/v1/notifications/latest?payload.n=1"), 200).ID)
	assert.Equal(t, "new", read[control.FullNotification](t, a.get("/v1/notifications/latest?payload.n=1&timeout=1m"), 200).ID, "it is there")
	wantProblem(t, a.get("/v1/notifications/latest?after=2"), http.StatusNotFound, "matches everything")
	p := read[control.NotMet](t, a.get("/v1/notifications/latest?payload.n=2&timeout=1ms"), http.StatusRequestTimeout)
	assert.NotEmpty(t, p.NearMisses)
	wantProblem(t, a.get("/v1/notifications/latest?timeout=x"), http.StatusUnprocessableEntity, "query.timeout")
	wantProblem(t, a.get("/v1/notifications/latest?count=2"), http.StatusUnprocessableEntity, "query.count")
}

func TestAWaitWhoseTimeIsUpTellsWhatCameInstead(t *testing.T) {
	a := newAPI(t)
	a.sim.came("near", `{"n":1}`, journal.Accepted)
	w := a.get("/v1/notifications/wait?state=delivered&payload.n=1&timeout=0")
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	p := read[control.NotMet](t, w, http.StatusRequestTimeout)
	assert.Equal(t, "Request Timeout", p.Title)
	assert.Equal(t, "0 of 1 pushes matched state=delivered payload.n=1 within 0s; nearest is near, where state is accepted, not delivered", p.Detail)
	require.Len(t, p.NearMisses, 1)
	assert.Equal(t, "near", p.NearMisses[0].Notification.ID)
	assert.Equal(t, []control.WordDifference{{Word: "state", Want: "delivered", Got: "accepted"}}, p.NearMisses[0].Differences)
}

// inBubble serves the API in virtual time.
func inBubble(t *testing.T, f func(t *testing.T, a *api, client *http.Client)) {
	synctest.Test(t, func(t *testing.T) {
		a := newAPI(t)
		ln := memnet.Listen()
		served := make(chan error, 1)
		server := a.handler.(*control.Server)
		ctx, stop := context.WithCancel(t.Context())
		go func() { served <- server.Serve(ctx, ln) }()
		transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return ln.Dial(ctx) }}
		f(t, a, &http.Client{Transport: transport})
		transport.CloseIdleConnections()
		stop()
		require.NoError(t, <-served)
	})
}

// The deadlines of an ordinary request are 30 seconds; a wait outlives them.
func TestAWaitEndsWithTheEventItWaitsFor(t *testing.T) {
	inBubble(t, func(t *testing.T, a *api, client *http.Client) {
		began := time.Now()
		time.AfterFunc(2*time.Minute, func() { a.sim.came("late", "", journal.Accepted, journal.Delivered) })
		response, err := client.Get("http://localhost/v1/notifications/wait?state=delivered&timeout=3m")
		require.NoError(t, err)
		defer response.Body.Close()
		require.Equal(t, 200, response.StatusCode)
		var got list
		require.NoError(t, json.NewDecoder(response.Body).Decode(&got))
		assert.Equal(t, "late", got.Notifications[0].ID)
		assert.Equal(t, uint64(1), got.Next)
		assert.Equal(t, 2*time.Minute, time.Since(began))
	})
}

func TestEventsAreFollowedAndResumed(t *testing.T) {
	inBubble(t, func(t *testing.T, a *api, client *http.Client) {
		a.sim.came("old", "", journal.Accepted)
		follow := func(query, lastID string) (*bufio.Scanner, func()) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/v1/events"+query, nil)
			require.NoError(t, err)
			if lastID != "" {
				request.Header.Set("Last-Event-ID", lastID)
			}
			response, err := client.Do(request) //nolint:bodyclose // leave does
			require.NoError(t, err)
			require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
			return bufio.NewScanner(response.Body), func() { response.Body.Close() }
		}
		next := func(lines *bufio.Scanner, prefix string) string {
			for lines.Scan() {
				if strings.HasPrefix(lines.Text(), prefix) {
					return lines.Text()
				}
			}
			t.Fatalf("the stream ended before %q: %v", prefix, lines.Err())
			return ""
		}
		lines, leave := follow("?state=delivered", "")
		defer leave()
		assert.Equal(t, "retry: 1000", next(lines, "retry"))
		began := time.Now()
		assert.Equal(t, ": nothing new", next(lines, ":"))
		assert.Equal(t, 15*time.Second, time.Since(began), "the stream shows that it lives")
		time.Sleep(time.Minute) // beyond the deadlines of an ordinary request
		a.sim.came("new", "", journal.Accepted, journal.Delivered)
		assert.Equal(t, "id: 5", next(lines, "id"), "delivered alone was asked for")
		assert.Equal(t, "event: delivered", next(lines, "event"))
		var e control.Event
		require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(next(lines, "data"), "data: ")), &e))
		assert.Equal(t, "new", e.ID)
		assert.Equal(t, "Delivered to Device", e.Label)

		lines, leave = follow("?limit=1", "3")
		defer leave()
		assert.Equal(t, "id: 4", next(lines, "id"), "it goes on where the reader was")
		for lines.Scan() {
			assert.NotContains(t, lines.Text(), "id: 5", "limit is 1")
		}
	})
}

func TestAReaderOfEventsIsToldWhatItHasMissed(t *testing.T) {
	a := newAPIWith(t, control.Config{Parts: control.Parts{Journal: journal.New(journal.Config{Capacity: 8})}})
	for i := range 4 {
		a.sim.came(fmt.Sprint(i), "")
	}
	w := a.get("/v1/events?after=0&limit=1")
	assert.Contains(t, w.Body.String(), "event: missed\ndata: {\"after\":0,\"before\":4}\n\nid: 4\n")
}

func TestFailuresAreListedWithTheirCauseAndCountedOnRequest(t *testing.T) {
	a := newAPI(t)
	a.sim.came("one", "{}")
	a.sim.journal.Record(journal.Event{
		Kind: journal.Failure, Cause: "tls-handshake", Detail: "because",
		Trace: &journal.Trace{Push: &apns.Notification{Expiration: apns.DefaultExpiration}, Request: from{}},
	})
	got := read[list](t, a.get("/v1/notifications"), 200)
	require.Len(t, got.Notifications, 2)
	assert.Equal(t, "failed", got.Notifications[0].State)
	assert.Equal(t, &control.Failure{Cause: "tls-handshake", Detail: "because", Connection: 7, Remote: "192.0.2.1:5"}, got.Notifications[0].Failure)
	assert.Equal(t, 1, read[list](t, a.get("/v1/notifications/count"), 200).Count, "of pushes")
	assert.Equal(t, 1, read[list](t, a.get("/v1/notifications/count?state=failed"), 200).Count)
	notMet := read[control.NotMet](t, a.get("/v1/notifications/wait?apns-id=other&timeout=0"), 408)
	require.Len(t, notMet.NearMisses, 2)
	events := a.get("/v1/events?after=0&limit=1&state=failed").Body.String()
	assert.Contains(t, events, `"remote":"192.0.2.1:5"`)
	assert.Contains(t, events, `"cause":"tls-handshake"`)
}

// from is where a failure came from.
type from struct{}

func (from) Describe(*journal.Record) *journal.RequestRecord { return &journal.RequestRecord{} }
func (from) Connection() journal.Connection {
	return journal.Connection{Number: 7, Remote: "192.0.2.1:5"}
}
func (from) Size() int { return 0 }

func TestWhatWasPushedOutIsSaidInEachResponse(t *testing.T) {
	a := newAPIWith(t, control.Config{Parts: control.Parts{Journal: journal.New(journal.Config{History: 1})}})
	a.sim.came("old", "")
	a.sim.came("new", "")
	count := read[struct{ Count, Evicted int }](t, a.get("/v1/notifications/count"), 200)
	assert.Equal(t, struct{ Count, Evicted int }{1, 1}, count)
	notMet := read[control.NotMet](t, a.get("/v1/notifications/wait?apns-id=old&timeout=0"), 408)
	assert.True(t, notMet.Evicted)
	assert.Contains(t, notMet.Detail, "1 push was evicted from the history since the start")
}
