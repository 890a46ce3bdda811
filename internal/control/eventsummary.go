package control

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/journal"
)

// Limits of following summaries.
const (
	maxSummaries     = 64 // streams at once
	leastInterval    = 100 * time.Millisecond
	mostInterval     = time.Minute
	ordinaryInterval = 500 * time.Millisecond
)

// An EventSummary says how much has happened, without saying what.
type EventSummary struct {
	Run    string            `json:"run" doc:"Identifies this run of the simulator; numbering restarts in each run" example:"9f8e7d6c5b4a3928"`
	Seq    uint64            `json:"seq" doc:"The number of the newest event" example:"1001"`
	Newest uint64            `json:"newest" doc:"The number of the newest push, 0 before the first" example:"42"`
	Oldest uint64            `json:"oldest" doc:"Lowest number in the history" example:"1"`
	Now    time.Time         `json:"now" doc:"The time by the simulator's clock"`
	Counts map[string]uint64 `json:"counts" doc:"How many events of each kind there were since the start"`
}

func registerEventSummary(r *router) {
	op := huma.Operation{
		OperationID: "summarize-events", Method: http.MethodGet, Path: "/v1/events/summary", Tags: []string{"notifications"},
		Summary: "Follow how much happens (server-sent events)",
		Description: "One message at once, and then at most one an interval, if something has happened: the numbers of the newest event and push, and counts by kind. " +
			"It costs the same whatever the load, so a program that shows the current state can follow it instead of every event.",
		Parameters: []*huma.Param{
			{Name: "interval", In: "query", Description: "The time between two messages: seconds, or a duration as in 500ms, from 100ms to 1m; 500ms if absent", Schema: &huma.Schema{Type: huma.TypeString}, Example: "500ms"},
			{Name: "limit", In: "query", Description: "End after so many messages; 0 means no limit", Schema: &huma.Schema{Type: huma.TypeInteger}, Example: 1},
		},
		Responses: map[string]*huma.Response{"200": {
			Description: "A stream of messages named summary, whose data is a summary.",
			Content: map[string]*huma.MediaType{"text/event-stream": {Schema: text, Extensions: map[string]any{
				"x-data": map[string]any{"$ref": schemaOf[EventSummary](r).Ref},
			}}},
		}},
		Errors: []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	}
	open, run := make(slots, maxSummaries), runID()
	r.plain(op, func(s *Server, w http.ResponseWriter, request *http.Request) error {
		stream, err := s.newSummaryStream(w, request, run)
		if err != nil {
			return err
		}
		release, err := open.take("%d streams of summaries are open already; close one first", maxSummaries)
		if err != nil {
			return err
		}
		defer release()
		stream.run(request.Context())
		return nil
	})
}

// runID tells this run of the simulator from others.
func runID() string {
	var id [8]byte
	_, _ = rand.Read(id[:]) // it never fails
	return hex.EncodeToString(id[:])
}

// A summaryStream is a reader of summaries. It reads the journal once per interval, so that
// recording an event costs nothing for it.
type summaryStream struct {
	stream
	id       string // of the run
	interval time.Duration
}

func (s *Server) newSummaryStream(w http.ResponseWriter, r *http.Request, run string) (*summaryStream, error) {
	st := &summaryStream{stream{server: s, w: w, control: http.NewResponseController(w)}, run, ordinaryInterval}
	query := r.URL.Query()
	for name := range query {
		if name != "interval" && name != "limit" {
			return nil, reject(http.StatusUnprocessableEntity, "query.%s: there is no such parameter; write interval or limit", name)
		}
	}
	if given := query.Get("interval"); given != "" {
		d, err := parseDuration("interval", given, mostInterval)
		if err != nil {
			return nil, err
		}
		if d < leastInterval {
			return nil, reject(http.StatusUnprocessableEntity, "query.interval: it is %q; write %v or more", given, leastInterval)
		}
		st.interval = d
	}
	var err error
	st.left, err = parseLimit(query)
	return st, err
}

// run writes summaries until the reader leaves, is too slow, or has had enough.
func (st *summaryStream) run(ctx context.Context) {
	st.begin()
	ticker := time.NewTicker(st.interval)
	defer ticker.Stop()
	silence := time.Now()
	err := st.summary()
	for err == nil && st.left != 0 {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		switch {
		case st.server.Journal.Last() != st.cursor:
			silence = time.Now()
			err = st.summary()
		case time.Since(silence) >= heartbeat:
			silence = time.Now()
			err = st.write([]byte(": nothing new\n\n"))
		}
	}
	if err != nil && ctx.Err() == nil {
		st.server.log.Info("reader of summaries lost", "err", err)
	}
}

// summary writes what there is now.
func (st *summaryStream) summary() error {
	st.cursor = st.server.Journal.Last()
	found := st.server.Journal.Find(journal.Query{Newest: true, Limit: 1})
	s := EventSummary{Run: st.id, Seq: st.cursor, Newest: found.Newest, Oldest: found.Oldest, Now: st.server.Clock.Now().UTC(), Counts: map[string]uint64{}}
	for _, c := range st.server.Journal.Counts() {
		s.Counts[c.Kind.String()] += c.Count
	}
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	st.left--
	return st.write(fmt.Appendf(nil, "event: summary\ndata: %s\n\n", data))
}
