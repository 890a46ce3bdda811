package control

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/clock"
)

// Clocks shows and moves the clocks of spaces; "" is the default space.
type Clocks interface {
	ClockOf(space string) (*clock.Clock, error)
	// SetClock and AdvanceClock move a clock. What is due then has been done when
	// they return.
	SetClock(space string, to time.Time) error
	AdvanceClock(space string, by time.Duration) error
}

const clockTag = "clock"

// A clockFace is what a clock shows.
type clockFace struct {
	Time   time.Time `json:"time" doc:"Current time of this clock"`
	Offset string    `json:"offset" doc:"Offset from the time of the machine, such as 1h30m0s" example:"1h0m0s"`
}

type clockTime struct {
	Time time.Time `json:"time" doc:"New time"`
}

type clockStep struct {
	By string `json:"by" doc:"Duration, such as 90s, 1h or 720h; negative moves the clock back" example:"1h"`
}

func (s *Server) clock(space string, err error) (*output[clockFace], error) {
	if err != nil {
		return nil, rejected(err)
	}
	c, err := s.Clocks.ClockOf(space)
	if err != nil {
		return nil, rejected(err)
	}
	return &output[clockFace]{clockFace{c.Now(), c.Offset().String()}}, nil
}

func (s *Server) advance(space, by string) (*output[clockFace], error) {
	step, err := time.ParseDuration(by)
	if err != nil {
		return nil, reject(http.StatusUnprocessableEntity, "body.by is %q; write a time with its unit, as 90s, 1h or 720h", by)
	}
	return s.clock(space, s.Clocks.AdvanceClock(space, step))
}

// whatMoves says what goes by the clock.
const whatMoves = "It governs the age of provider tokens, the 20-minute rule, the expiration of stored pushes and the time of retirements, but not keepalives and idle timeouts."

func registerClock(r *router) {
	s := r.server
	register(r, huma.Operation{
		OperationID: "get-clock", Method: http.MethodGet, Path: "/v1/clock", Tags: []string{clockTag},
		Summary: "Show the time of the default space", Description: whatMoves + " Each space has a clock of its own.",
	}, func(context.Context, *struct{}) (*output[clockFace], error) { return s.clock("", nil) })
	register(r, huma.Operation{
		OperationID: "set-clock", Method: http.MethodPut, Path: "/v1/clock", Tags: []string{clockTag},
		Summary: "Set the clock to a time", RequestBody: exampleBody(clockTime{time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)}),
	}, func(_ context.Context, in *struct{ Body clockTime }) (*output[clockFace], error) {
		return s.clock("", s.Clocks.SetClock("", in.Body.Time))
	})
	register(r, huma.Operation{
		OperationID: "advance-clock", Method: http.MethodPost, Path: "/v1/clock/advance", Tags: []string{clockTag},
		Summary: "Move the clock forward or back", RequestBody: exampleBody(clockStep{"1h"}),
	}, func(_ context.Context, in *struct{ Body clockStep }) (*output[clockFace], error) {
		return s.advance("", in.Body.By)
	})
	register(r, huma.Operation{
		OperationID: "get-space-clock", Method: http.MethodGet, Path: "/v1/spaces/{team}/clock", Tags: []string{clockTag},
		Summary: "Show the time in a space", Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *SpaceInput) (*output[clockFace], error) { return s.clock(in.Team, nil) })
	register(r, huma.Operation{
		OperationID: "set-space-clock", Method: http.MethodPut, Path: "/v1/spaces/{team}/clock", Tags: []string{clockTag},
		Summary: "Set the clock of a space to a time", RequestBody: exampleBody(clockTime{time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)}),
		Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		SpaceInput
		Body clockTime
	},
	) (*output[clockFace], error) {
		return s.clock(in.Team, s.Clocks.SetClock(in.Team, in.Body.Time))
	})
	register(r, huma.Operation{
		OperationID: "advance-space-clock", Method: http.MethodPost, Path: "/v1/spaces/{team}/clock/advance", Tags: []string{clockTag},
		Summary: "Move the clock of a space forward or back", RequestBody: exampleBody(clockStep{"1h"}),
		Errors: []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		SpaceInput
		Body clockStep
	},
	) (*output[clockFace], error) {
		return s.advance(in.Team, in.Body.By)
	})
}
