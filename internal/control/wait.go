package control

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/filters"
	"github.com/apns-sim/apns-sim/internal/journal"
)

// Limits of waiting.
const (
	maxWait  = 5 * time.Minute
	maxWaits = 128 // at once
)

func registerWait(r *router) {
	op := filtered(huma.Operation{
		OperationID: "wait-for-notifications", Method: http.MethodGet, Path: "/v1/notifications/wait", Tags: []string{"notifications"},
		Summary: "Wait until pushes match",
		Description: "Responds as soon as count pushes match, including those in the history. " +
			"To wait until a device has acknowledged a push, use state=delivered. " +
			"After the timeout, the response is 408 with the nearest pushes and how they differ.",
		Errors:      []int{http.StatusTooManyRequests},
		Middlewares: huma.Middlewares{noDeadline},
		Responses: map[string]*huma.Response{"408": {
			Description: "Not enough pushes matched in time.",
			Content:     map[string]*huma.MediaType{problemMediaType: {Schema: schemaOf[NotMet](r)}},
		}},
	})
	register(r, op, r.server.wait)
	registerLatest(r)
}

type waitInput struct {
	Words
	Count   int    `query:"count" doc:"Number of pushes that must match" default:"1" minimum:"1" maximum:"1000" example:"1"`
	Timeout string `query:"timeout" doc:"Timeout: seconds, or a duration such as 1m30s, up to 5m; 0 does not wait" default:"10s" example:"0"`
	After   uint64 `query:"after" doc:"Only pushes with a higher number" example:"0"`
}

type waitOutput struct {
	Body struct {
		Notifications []Notification `json:"notifications" doc:"Matching pushes, oldest first"`
		Next          uint64         `json:"next" doc:"Number of the last one; use it as after to wait for the following ones" example:"42"`
	}
}

// takeWaitSlot takes a slot for a request that waits, for whatever; leave gives it back.
func (s *Server) takeWaitSlot() (leave func(), err error) {
	return s.waiting.take("%d requests wait already; let one end first", maxWaits)
}

func (s *Server) wait(ctx context.Context, in *waitInput) (*waitOutput, error) {
	if err := within("count", in.Count, 1, maxList); err != nil {
		return nil, err
	}
	timeout, err := parseDuration("timeout", in.Timeout, maxWait)
	if err != nil {
		return nil, err
	}
	f, err := in.filter(s.Clock.Now(), "count", "timeout", "after")
	if err != nil {
		return nil, err
	}
	records, err := s.await(ctx, f, in.Count, in.After, timeout)
	if err != nil {
		return nil, err
	}
	out := new(waitOutput)
	out.Body.Notifications, out.Body.Next = viewsOf(records), records[len(records)-1].Number
	return out, nil
}

// await waits until as many pushes match. The error is what the caller of the route gets.
func (s *Server) await(ctx context.Context, f filters.Filter, count int, after uint64, timeout time.Duration) ([]journal.Record, error) {
	leave, err := s.takeWaitSlot()
	if err != nil {
		return nil, err
	}
	defer leave()
	left, leaveOff := context.WithCancelCause(context.WithoutCancel(ctx))
	defer leaveOff(nil)
	defer context.AfterFunc(ctx, func() { leaveOff(journal.ErrAbandoned) })()
	limited, cancel := context.WithTimeout(left, timeout)
	defer cancel()
	records, err := s.Journal.Await(limited, f, count, after)
	switch notMet, ok := errors.AsType[*journal.NotMetError](err); {
	case errors.Is(err, journal.ErrAbandoned):
		return nil, reject(http.StatusServiceUnavailable, "the wait was canceled: the simulator is stopping, or the caller has closed the connection")
	case ok:
		return nil, describeNotMet(notMet, timeout)
	}
	return records, err
}

// A NotMet is the problem of a wait whose time is up.
type NotMet struct {
	Title      string         `json:"title" example:"Request Timeout"`
	Status     int            `json:"status" example:"408"`
	Detail     string         `json:"detail" doc:"How many matched, and how the nearest differs"`
	Want       int            `json:"want" doc:"Number of pushes that should have matched" example:"1"`
	Got        int            `json:"got" doc:"Number of pushes that matched" example:"0"`
	Matched    []Notification `json:"matched" doc:"Pushes that matched"`
	NearMisses []NearMiss     `json:"nearMisses" doc:"Pushes that came instead, nearest first"`
	Others     int            `json:"others" doc:"Number of other pushes that did not match" example:"0"`
	Evicted    bool           `json:"evicted" doc:"Whether pushes were evicted from the history before they could be compared"`
	Evictions  Evictions      `json:"evictions" doc:"Number of evictions since the start"`
}

// A NearMiss is a push that did not match.
type NearMiss struct {
	Notification Notification     `json:"notification"`
	Differences  []WordDifference `json:"differences"`
}

// A WordDifference is a filter word that did not hold.
type WordDifference struct {
	Word string `json:"word" example:"payload.aps.badge"`
	Want string `json:"want,omitempty" doc:"Requested value; absent if any value matches" example:"3"`
	Got  string `json:"got,omitempty" doc:"Actual value; absent if there is none" example:"4"`
}

// Error returns the detail.
func (p *NotMet) Error() string { return p.Detail }

// GetStatus tells huma the status.
func (p *NotMet) GetStatus() int { return p.Status }

// ContentType tells huma the content type.
func (p *NotMet) ContentType(string) string { return problemMediaType }

// maxMatched is how many of those that matched a rejection shows.
const maxMatched = 10

func describeNotMet(e *journal.NotMetError, timeout time.Duration) *NotMet {
	p := &NotMet{
		Title: http.StatusText(http.StatusRequestTimeout), Status: http.StatusRequestTimeout,
		Want: e.Want, Got: len(e.Got), Matched: viewsOf(e.Got[:min(len(e.Got), maxMatched)]), Others: e.Others,
		Evicted: e.Evicted, Evictions: evictionsOf(e.Evictions),
		NearMisses: make([]NearMiss, len(e.Misses)),
	}
	p.Detail = fmt.Sprintf("%d of %d pushes matched %s within %v", p.Got, p.Want, &e.Filter, timeout)
	for i, m := range e.Misses {
		p.NearMisses[i].Notification = viewOf(&m.Record)
		for _, d := range m.Differences {
			p.NearMisses[i].Differences = append(p.NearMisses[i].Differences, WordDifference(d))
		}
	}
	switch {
	case len(e.Misses) > 0:
		p.Detail += fmt.Sprintf("; nearest is %s, where %s", e.Misses[0].Record.Name(), e.Misses[0].Differences[0])
	case p.Got == 0:
		p.Detail += "; no push came"
	}
	if e.Evicted {
		p.Detail += "; " + e.Evictions.String()
	}
	return p
}
