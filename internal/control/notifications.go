package control

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// A Replayer sends pushes again.
type Replayer interface {
	// Replay submits an accepted push again, under a new apns-id. The error is an
	// [apns.Rejection] if the push is rejected this time. The client is shown any
	// other error as well.
	Replay(r *journal.Record) (*apns.Notification, error)
}

func registerNotifications(r *router) {
	tags := []string{"notifications"}
	register(r, filtered(huma.Operation{
		OperationID: "list-notifications", Method: http.MethodGet, Path: "/v1/notifications", Tags: tags,
		Summary: "List pushes, accepted or not",
		Description: "Newest first by default. Includes requests and connections that failed before they became a push (state failed). " +
			"The response says whether older ones were evicted from the history.",
	}), r.server.listNotifications)
	register(r, filtered(huma.Operation{
		OperationID: "count-notifications", Method: http.MethodGet, Path: "/v1/notifications/count", Tags: tags,
		Summary:     "Count matching pushes",
		Description: "With state=failed, counts requests and connections that failed before they became a push.",
	}), r.server.countNotifications)
	register(r, filtered(huma.Operation{
		OperationID: "delete-notifications", Method: http.MethodDelete, Path: "/v1/notifications", Tags: tags,
		Summary:     "Delete pushes from the history",
		Description: "Pushes in flight are still delivered, but no longer recorded. Without filters, all=true is required.",
	}), r.server.deleteNotifications)
	register(r, huma.Operation{
		OperationID: "show-notification", Method: http.MethodGet, Path: "/v1/notifications/{id}", Tags: tags,
		Summary:     "Show everything about one push",
		Description: "Shows the request with its headers, the decoded credential, each check with the value it saw, the response, and all events up to the acknowledgement of the device.",
		Errors:      []int{http.StatusNotFound},
	}, r.server.showNotification)
	register(r, huma.Operation{
		OperationID: "replay-notification", Method: http.MethodPost, Path: "/v1/notifications/{id}/replay", Tags: tags,
		Summary:       "Send a push again",
		Description:   "Submits the same token, headers and payload under a new apns-id. The device token is checked again; credentials are not, because there is no provider.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{http.StatusNotFound, http.StatusConflict},
	}, r.server.replayNotification)
}

// maxList is how many pushes a response may have.
const maxList = 1000

// Evictions is how many records were evicted from the history.
type Evictions struct {
	Evicted         uint64 `json:"evicted" doc:"Number of pushes evicted from the history since the start" example:"0"`
	EvictedFailures uint64 `json:"evictedFailures" doc:"Number of failures evicted from the history since the start" example:"0"`
}

func evictionsOf(l journal.Evictions) Evictions { return Evictions{l.Pushes, l.Failures} }

type listInput struct {
	Words
	After  uint64 `query:"after" doc:"Only pushes with a higher number" example:"0"`
	Before uint64 `query:"before" doc:"Only pushes with a lower number; 0 means no bound" example:"0"`
	Order  string `query:"order" doc:"Order: newest or oldest first" enum:"newest,oldest" default:"newest" example:"newest"`
	Limit  int    `query:"limit" doc:"Maximum number of entries" default:"100" minimum:"1" maximum:"1000" example:"100"`
}

type listOutput struct {
	Body struct {
		Notifications []Notification `json:"notifications"`
		Next          uint64         `json:"next,omitempty" doc:"Value of before, or of after with order=oldest, for the next page; absent on the last page" example:"17"`
		Missed        bool           `json:"missed" doc:"Whether matching pushes may have been evicted from the history"`
		Evictions
		Oldest uint64 `json:"oldest" doc:"Lowest number in the history" example:"1"`
		Newest uint64 `json:"newest" doc:"Number of the newest push, 0 if there is none; use it as after to continue" example:"42"`
	}
}

func (s *Server) listNotifications(_ context.Context, in *listInput) (*listOutput, error) {
	q := journal.Query{After: in.After, Before: in.Before, Newest: in.Order != "oldest", Limit: in.Limit}
	if in.Order != "oldest" && in.Order != "newest" {
		return nil, reject(http.StatusUnprocessableEntity, "query.order: there is no %q; write newest or oldest", in.Order)
	}
	if err := within("limit", in.Limit, 1, maxList); err != nil {
		return nil, err
	}
	var err error
	if q.Filter, err = in.filter(s.Clock.Now(), "after", "before", "order", "limit"); err != nil {
		return nil, err
	}
	found := s.Journal.Find(q)
	out := new(listOutput)
	out.Body.Notifications, out.Body.Next, out.Body.Missed = viewsOf(found.Records), found.Next, found.Missed
	out.Body.Evictions, out.Body.Oldest, out.Body.Newest = evictionsOf(found.Evictions), found.Oldest, found.Newest
	return out, nil
}

type wordsInput struct{ Words }

type countOutput struct {
	Body struct {
		Count int `json:"count" example:"3"`
		Evictions
	}
}

func (s *Server) countNotifications(_ context.Context, in *wordsInput) (*countOutput, error) {
	f, err := in.filter(s.Clock.Now())
	if err != nil {
		return nil, err
	}
	out := new(countOutput)
	out.Body.Count = s.Journal.Count(f)
	out.Body.Evictions = evictionsOf(s.Journal.Evictions())
	return out, nil
}

type deleteInput struct {
	Words
	All    bool   `query:"all" doc:"Delete all pushes, without filter words" example:"true"`
	After  uint64 `query:"after" doc:"Only pushes with a higher number" example:"0"`
	Before uint64 `query:"before" doc:"Only pushes with a lower number; 0 means no bound" example:"0"`
}

type deleteOutput struct {
	Body struct {
		Deleted int `json:"deleted" doc:"Number of entries" example:"3"`
	}
}

func (s *Server) deleteNotifications(_ context.Context, in *deleteInput) (*deleteOutput, error) {
	f, err := in.filter(s.Clock.Now(), "all", "after", "before")
	if err != nil {
		return nil, err
	}
	if f.Empty() && !in.All {
		return nil, reject(http.StatusUnprocessableEntity, "query: there is no filter word; say which pushes to delete, or all=true")
	}
	out := new(deleteOutput)
	out.Body.Deleted = s.Journal.Delete(journal.Query{Filter: f, After: in.After, Before: in.Before})
	return out, nil
}

type idInput struct {
	ID string `path:"id" doc:"apns-id, apns-unique-id or number; of several pushes with the same ID, the newest" maxLength:"64" example:"eabeae54-14a8-11e5-b60b-1697f925ec7b"`
}

type fullOutput struct{ Body FullNotification }

func (s *Server) showNotification(_ context.Context, in *idInput) (*fullOutput, error) {
	r, err := s.get(in.ID)
	if err != nil {
		return nil, err
	}
	return &fullOutput{*fullView(r)}, nil
}

// get finds a record by its id.
func (s *Server) get(id string) (*journal.Record, error) {
	if r, ok := s.Journal.Get(id); ok {
		return &r, nil
	}
	kept := s.Journal.Find(journal.Query{Limit: 1})
	if kept.Evictions.Pushes == 0 {
		return nil, reject(http.StatusNotFound, "no push has the id %q; /v1/notifications lists what there is", id)
	}
	return nil, reject(http.StatusNotFound,
		"no push in the history has the id %q; %d were evicted since the start, up to number %d: --history and --history-bytes set how much it keeps",
		id, kept.Evictions.Pushes, kept.Oldest-1)
}

type replayOutput struct {
	Body struct {
		ID       string `json:"id" doc:"apns-id of the new push"`
		ReplayOf string `json:"replayOf" doc:"apns-id of the old push"`
	}
}

func (s *Server) replayNotification(_ context.Context, in *idInput) (*replayOutput, error) {
	r, err := s.get(in.ID)
	if err != nil {
		return nil, err
	}
	if !r.Reached.Has(filters.Accepted) {
		return nil, reject(http.StatusConflict, "the push was not accepted (%s); only what was accepted can be replayed: send it from its provider again", r.State)
	}
	again, err := s.Replayer.Replay(r)
	if rejection, ok := errors.AsType[*apns.Rejection](err); ok {
		return nil, reject(http.StatusConflict, "the push was rejected this time: %v; /v1/notifications/%s tells more", rejection, again.ID)
	}
	if err != nil {
		return nil, err
	}
	out := new(replayOutput)
	out.Body.ID, out.Body.ReplayOf = again.ID, r.Push.ID
	return out, nil
}
