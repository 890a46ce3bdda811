package control

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Limits of following events.
const (
	maxStreams = 64 // at once
	// heartbeat is how long a stream is silent before a comment shows that it
	// lives.
	heartbeat = 15 * time.Second
	// slowest is how long a reader may take to accept what is written. There is
	// no queue: a reader that is slow finds what it has missed in the journal,
	// or is told that it is gone.
	slowest = 10 * time.Second
	// comeBack is after how many milliseconds a browser tries again.
	comeBack = 1000
)

// An Event is something that happened, on the stream of events.
type Event struct {
	Seq    uint64    `json:"seq" doc:"Number of the event, ascending; use it as after, or Last-Event-ID, to continue" example:"1001"`
	At     time.Time `json:"at"`
	Event  string    `json:"event" doc:"received, rejected, accepted, stored, sent, delivered, dropped or faulted; failed for requests and connections that never became a push; connected, disconnected or token-issued for devices" example:"delivered"`
	Label  string    `json:"label,omitempty" doc:"Wording of Apple's Delivery Log" example:"Delivered to Device"`
	Cause  string    `json:"cause,omitempty" example:"device-offline"`
	Detail string    `json:"detail,omitempty"`
	Device string    `json:"device,omitempty" example:"0f1e2d3c4b5a6978"`

	Connection uint64 `json:"connection,omitempty" doc:"For failed: the number of the connection" example:"7"`
	Remote     string `json:"remote,omitempty" doc:"For failed: the client's address" example:"127.0.0.1:51234"`

	ID          string `json:"id,omitempty" doc:"apns-id, if the event is about a push" example:"eabeae54-14a8-11e5-b60b-1697f925ec7b"`
	UniqueID    string `json:"uniqueId,omitempty"`
	Space       string `json:"space,omitempty" example:"DEMO000001"`
	Environment string `json:"environment,omitempty" enum:"production,sandbox"`
	Topic       string `json:"topic,omitempty" example:"com.example.demo"`
	Token       string `json:"token,omitempty"`
	Channel     string `json:"channel,omitempty"`
	PushType    string `json:"pushType,omitempty" example:"alert"`
}

func registerEvents(r *router) {
	op := filtered(huma.Operation{
		OperationID: "follow-events", Method: http.MethodGet, Path: "/v1/events", Tags: []string{"notifications"},
		Summary: "Stream events (server-sent events)",
		Description: "Each message has the number of the event as its id, the kind of event as its name, and the event in JSON as its data. " +
			"A client that reconnects with Last-Event-ID, or after, continues where it was; a message named missed says that events in between were evicted from the journal, or removed by a reset. " +
			"Without either, the stream starts with the next event; after=0 starts with the oldest event in the journal.",
		Parameters: []*huma.Param{
			{Name: "after", In: "query", Description: "Number of the last known event", Schema: &huma.Schema{Type: huma.TypeInteger}, Example: 0},
			{Name: "limit", In: "query", Description: "Number of events after which the stream ends; 0 means no limit", Schema: &huma.Schema{Type: huma.TypeInteger}, Example: 1},
			{Name: "Last-Event-ID", In: "header", Description: "Same as after; browsers send it when they reconnect", Schema: &huma.Schema{Type: huma.TypeInteger}, Example: 0},
		},
		Responses: map[string]*huma.Response{"200": {
			Description: "A stream of messages, each with an event as its data.",
			Content: map[string]*huma.MediaType{"text/event-stream": {Schema: text, Extensions: map[string]any{
				"x-data": map[string]any{"$ref": schemaOf[Event](r).Ref},
			}}},
		}},
		Errors: []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests},
	})
	open := make(slots, maxStreams)
	r.plain(op, func(s *Server, w http.ResponseWriter, request *http.Request) error {
		stream, err := s.newStream(w, request)
		if err != nil {
			return err
		}
		release, err := open.take("%d streams are open already; close one first", maxStreams)
		if err != nil {
			return err
		}
		defer release()
		stream.run(request.Context())
		return nil
	})
}

// A stream is a reader of events.
type stream struct {
	server  *Server
	w       http.ResponseWriter
	control *http.ResponseController
	filter  filters.Filter
	cursor  uint64
	left    int // how many more events; below 0 is any number
}

// newStream reads what is asked for.
func (s *Server) newStream(w http.ResponseWriter, r *http.Request) (*stream, error) {
	query := r.URL.Query()
	st := &stream{server: s, w: w, control: http.NewResponseController(w), cursor: s.Journal.Last()}
	after, place := query.Get("after"), "query.after"
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		after, place = id, "header.Last-Event-ID"
	}
	if after != "" {
		cursor, err := strconv.ParseUint(after, 10, 64)
		if err != nil {
			return nil, reject(http.StatusUnprocessableEntity, "%s: it is %q; write the number of an event", place, after)
		}
		st.cursor = min(cursor, st.cursor) // of a run before this one, perhaps
	}
	var err error
	if st.left, err = parseLimit(query); err != nil {
		return nil, err
	}
	st.filter, err = parseFilter(query, s.Clock.Now(), "after", "limit")
	return st, err
}

// parseLimit reads after how many messages a stream ends; below 0 is never.
func parseLimit(query url.Values) (int, error) {
	limit := query.Get("limit")
	if limit == "" {
		return -1, nil
	}
	n, err := strconv.Atoi(limit)
	if err != nil || n < 0 {
		return 0, reject(http.StatusUnprocessableEntity, "query.limit: it is %q; write a number, 0 for no limit", limit)
	}
	if n == 0 {
		return -1, nil
	}
	return n, nil
}

// run writes events until the reader leaves, is too slow, or has had enough.
func (st *stream) run(ctx context.Context) {
	st.begin()
	watch := st.server.Journal.Watch(st.filter)
	defer watch.Stop()
	err := st.write(fmt.Appendf(nil, "retry: %d\n\n", comeBack))
	for err == nil && st.left != 0 {
		if err = st.catchUp(ctx); err == nil && st.left != 0 {
			err = st.await(ctx, watch)
		}
	}
	if err != nil && ctx.Err() == nil {
		st.server.log.Info("reader of events lost", "err", err)
	}
}

// begin sends the header of a response that goes on without a limit of time.
func (st *stream) begin() {
	noStore(st.w.Header())
	st.w.Header().Set("Content-Type", "text/event-stream")
	st.w.WriteHeader(http.StatusOK)
	_ = st.control.SetReadDeadline(time.Time{}) // a writer without deadlines, as in tests, has none to lift
}

// await waits for an event that matches, and shows the reader now and then that the
// stream lives.
func (st *stream) await(ctx context.Context, watch *journal.Watch) error {
	silence := time.NewTimer(heartbeat)
	defer silence.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-watch.C():
		st.cursor = watch.Since(st.cursor)
		return nil
	case <-silence.C:
		st.cursor = watch.Since(st.cursor)
		return st.write([]byte(": nothing new\n\n"))
	}
}

// catchUp writes what is there after the cursor, page by page.
func (st *stream) catchUp(ctx context.Context) error {
	readers := &st.server.readers
	readers.begin()
	defer readers.end()
	for {
		began := time.Now()
		page := st.server.Journal.ReadShared(st.cursor)
		if page.Next == st.cursor {
			return nil
		}
		if err := st.page(&page); err != nil {
			return err
		}
		if st.left == 0 {
			return nil
		}
		if err := readers.pause(ctx, time.Since(began)); err != nil {
			return err
		}
	}
}

// page writes the events of a page that match.
func (st *stream) page(page *journal.SharedPage) error {
	var out bytes.Buffer
	if page.Missed {
		first := page.Next
		if len(page.Events) > 0 {
			first = page.Events[0].Seq
		}
		fmt.Fprintf(&out, "event: missed\ndata: {\"after\":%d,\"before\":%d}\n\n", st.cursor, first)
	}
	for _, e := range page.Events {
		if !e.Match(&st.filter) {
			continue
		}
		text, err := e.Text(message)
		if err != nil {
			return err
		}
		out.Write(text)
		if st.left--; st.left == 0 {
			break
		}
	}
	st.cursor = page.Next
	if out.Len() == 0 {
		return nil
	}
	return st.write(out.Bytes())
}

// message is an event as it is sent to every reader.
func message(v *journal.SharedEvent) ([]byte, error) {
	data, err := EventJSON(v)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "id: %d\nevent: %s\ndata: %s\n\n", v.Seq, v.Kind, data), nil
}

func (st *stream) write(b []byte) error {
	if err := st.control.SetWriteDeadline(time.Now().Add(slowest)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := st.w.Write(b); err != nil {
		return err
	}
	return st.control.Flush()
}

// eventOf shows an event.
func eventOf(e *journal.Event, s *filters.Attributes) *Event {
	view := &Event{
		Seq: e.Seq, At: e.At.UTC(), Event: e.Kind.String(), Cause: e.Cause, Detail: e.Detail, Device: nameOf(s.Device),
		Label: broker.Explain(e.Kind, e.Cause, false).Label,
	}
	if e.Push == nil {
		return view
	}
	if e.Kind == journal.Failure {
		from := e.Connection()
		view.Connection, view.Remote = from.Number, from.Remote
	}
	view.ID, view.UniqueID, view.Space, view.Environment = s.ID, s.UniqueID, s.Space, s.Environment.String()
	view.Topic, view.Token, view.Channel, view.PushType = s.Topic, s.Token.String(), s.Channel, string(s.PushType)
	return view
}
