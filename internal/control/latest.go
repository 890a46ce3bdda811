package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

func registerLatest(r *router) {
	register(r, filtered(huma.Operation{
		OperationID: "latest-notification", Method: http.MethodGet, Path: "/v1/notifications/latest", Tags: []string{"notifications"},
		Summary: "Show the newest push that matches",
		Description: "The response is that of /v1/notifications/{id}. Failed requests and connections count with state=failed only. " +
			"With a timeout, it waits for a push if none matches yet, and responds with 408 as the wait for pushes does.",
		Errors:      []int{http.StatusNotFound, http.StatusTooManyRequests},
		Middlewares: huma.Middlewares{noDeadline},
		Responses: map[string]*huma.Response{"408": {
			Description: "No push matched in time.",
			Content:     map[string]*huma.MediaType{problemMediaType: {Schema: schemaOf[NotMet](r)}},
		}},
	}), r.server.latestNotification)
}

type latestInput struct {
	Words
	Timeout string `query:"timeout" doc:"How long to wait if no push matches yet: seconds, or a duration such as 1m30s, up to 5m; 0 does not wait" default:"0" example:"0"`
	After   uint64 `query:"after" doc:"Only a push with a higher number" example:"0"`
}

func (s *Server) latestNotification(ctx context.Context, in *latestInput) (*fullOutput, error) {
	timeout, err := parseDuration("timeout", in.Timeout, maxWait)
	if err != nil {
		return nil, err
	}
	f, err := in.filter(s.Clock.Now(), "timeout", "after")
	if err != nil {
		return nil, err
	}
	if timeout > 0 {
		if _, err := s.await(ctx, f, 1, in.After, timeout); err != nil {
			return nil, err
		}
	}
	newest, ok := s.Journal.Newest(f, in.After)
	if !ok {
		return nil, reject(http.StatusNotFound, "no push in the history matches %s; /v1/notifications lists what there is, and timeout waits", &f)
	}
	return &fullOutput{*fullView(&newest)}, nil
}
