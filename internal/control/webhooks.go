package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

// Webhooks has the URLs that events are sent to.
type Webhooks interface {
	// Webhooks lists them in the order in which they were given.
	Webhooks() []controlapi.Webhook
}

type webhookList struct {
	Webhooks []controlapi.Webhook `json:"webhooks"`
}

func registerWebhooks(r *router) {
	webhooks := r.server.Webhooks
	register(r, huma.Operation{
		OperationID: "list-webhooks", Method: http.MethodGet, Path: "/v1/webhooks", Tags: []string{"notifications"},
		Summary:     "List the webhooks, with the numbers of events sent and dropped",
		Description: "They are set with --webhook.",
	}, func(context.Context, *struct{}) (*output[webhookList], error) {
		return respond(webhookList{webhooks.Webhooks()}, nil)
	})
}
