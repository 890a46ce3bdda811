package control

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/broker"
)

// A Checker verifies that the state of the simulator is consistent.
type Checker interface {
	// Check computes queues and maps from each other and returns what is inconsistent,
	// and the counts. Under load it may report an inconsistency that does not exist.
	Check() (broker.Stats, []string)
}

// Limits of a check.
const (
	maxCheck = time.Minute
	// checkPause lies between two looks.
	checkPause = 20 * time.Millisecond
)

type checkInput struct {
	Timeout string `query:"timeout" doc:"How long to repeat the check while there are problems: seconds, or a duration such as 1m30s, up to 1m; 0 checks once" default:"5s" example:"5s"`
}

// checkReport is what a check has found.
type checkReport struct {
	Consistent bool     `json:"consistent" doc:"Whether everything is consistent" example:"true"`
	Problems   []string `json:"problems" doc:"Inconsistencies found by the last check"`
	Looks      int      `json:"looks" doc:"Number of checks" example:"1"`

	Connected int `json:"connected" doc:"Connected devices" example:"1"`
	Queues    int `json:"queues" doc:"Devices that are connected or have stored pushes" example:"1"`
	Held      int `json:"held" doc:"Pushes stored because of their device, topic or priority" example:"0"`
	Ready     int `json:"ready" doc:"Pushes that wait for acknowledgements of earlier ones" example:"0"`
	InFlight  int `json:"inFlight" doc:"Pushes sent and not yet acknowledged" example:"0"`
}

func registerCheck(r *router) {
	register(r, huma.Operation{
		OperationID: "check", Method: http.MethodGet, Path: "/v1/check", Tags: []string{"general"},
		Summary: "Check the consistency of the state",
		Description: "Recomputes queues, pushes in flight, stored pushes, connections and subscriptions from each other. " +
			"Under load, state may look inconsistent for a moment, so the check repeats until everything is consistent or the timeout expires. " +
			"Real inconsistencies remain.",
		Errors:      []int{http.StatusTooManyRequests},
		Middlewares: huma.Middlewares{noDeadline},
	}, r.server.check)
}

// check looks until everything is consistent or the time is up.
func (s *Server) check(ctx context.Context, in *checkInput) (*output[checkReport], error) {
	timeout, err := parseDuration("timeout", in.Timeout, maxCheck)
	if err != nil {
		return nil, err
	}
	leave, err := s.takeWaitSlot()
	if err != nil {
		return nil, err
	}
	defer leave()
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	select { // each look takes the lock of every queue: one check looks at a time
	case s.checking <- struct{}{}:
	default:
		select {
		case s.checking <- struct{}{}:
		case <-limited.Done():
			return nil, reject(http.StatusTooManyRequests, "another check is still looking; let it end first")
		}
	}
	defer func() { <-s.checking }()
	pause := time.NewTicker(checkPause)
	defer pause.Stop()
	for looks := 1; ; looks++ {
		stats, problems := s.Checker.Check()
		if len(problems) > 0 {
			select {
			case <-pause.C:
				continue
			case <-limited.Done():
			}
		}
		return &output[checkReport]{checkReport{
			Consistent: len(problems) == 0, Problems: append([]string{}, problems...), Looks: looks,
			Connected: stats.Connected, Queues: stats.Queues, Held: stats.Held, Ready: stats.Ready, InFlight: stats.InFlight,
		}}, nil
	}
}
