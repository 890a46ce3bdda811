package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/control"
	"github.com/apns-sim/apns-sim/internal/controlapi"
	"github.com/apns-sim/apns-sim/internal/sim"
	"github.com/apns-sim/apns-sim/internal/webhook"
)

// webhookFlags set where events are sent.
type webhookFlags struct {
	Webhook       []string `placeholder:"URL" sep:"none" help:"Send each event to this URL by POST, as JSON in the form of GET /v1/events; filter words follow after #, as in http://127.0.0.1:3000/events#topic=com.example.*&state=delivered; repeatable."`
	WebhookSecret string   `placeholder:"SECRET" help:"Sign these requests as www.standardwebhooks.com describes: whsec_ and 24 to 64 bytes in base64."`
}

// targets reads the flags. No error shows a URL or the secret.
func (f *webhookFlags) targets() (all []webhook.Target, secret []byte, err error) {
	var wrong []error
	for _, text := range f.Webhook {
		target, err := webhook.ParseTarget(text, time.Now())
		if err != nil {
			wrong = append(wrong, badFlag("webhook", ": %w", err))
		}
		all = append(all, target)
	}
	if secret, err = webhook.ParseSecret(f.WebhookSecret); err != nil {
		wrong = append(wrong, badFlag("webhook-secret", ": %w", err))
	}
	if f.WebhookSecret != "" && len(f.Webhook) == 0 {
		wrong = append(wrong, badFlag("webhook-secret", " has no effect without --webhook"))
	}
	return all, secret, errors.Join(wrong...)
}

// check rejects what cannot be read.
func (f *webhookFlags) check() error {
	_, _, err := f.targets()
	return err
}

// names are the URLs as they may be shown.
func (f *webhookFlags) names() (names []string, err error) {
	targets, _, err := f.targets()
	for _, target := range targets {
		names = append(names, target.Name())
	}
	return names, err
}

// webhooks are those of a simulator.
type webhooks struct {
	running sync.WaitGroup
	stop    context.CancelFunc
	hooks   []*webhook.Hook // set before the control API serves
}

// Webhooks lists them for the control API.
func (w *webhooks) Webhooks() []controlapi.Webhook {
	list := make([]controlapi.Webhook, len(w.hooks))
	for i, hook := range w.hooks {
		state, target := hook.State(), hook.Target()
		list[i] = controlapi.Webhook{URL: target.Name(), Filter: target.Filter(), Sent: state.Sent, Dropped: state.Dropped, Missed: state.Missed}
		if state.Err != nil {
			list[i].Error = state.Err.Error()
		}
	}
	return list
}

// start sends the events that the simulator records from now on.
func (w *webhooks) start(f *webhookFlags, s *sim.Simulator) error {
	targets, secret, err := f.targets()
	if err != nil {
		return err
	}
	var ctx context.Context
	ctx, w.stop = context.WithCancel(context.Background())
	for _, target := range targets {
		hook := webhook.New(webhook.Config{Target: target, Secret: secret, Journal: s.Journal, Encode: control.EventJSON, Log: s.Log()})
		w.hooks = append(w.hooks, hook)
		w.running.Go(func() { hook.Run(ctx) })
	}
	return nil
}

// end sends what is left, once the simulator has stopped.
func (w *webhooks) end() {
	w.stop()
	w.running.Wait()
}

// webhookCommand groups the commands about webhooks.
type webhookCommand struct {
	List webhookList `cmd:"" help:"List the webhooks, with the numbers of events sent and dropped."`
}

type webhookList struct{ remote }

// Run lists them.
func (l *webhookList) Run(ctx context.Context, c *console) error {
	var found struct{ Webhooks []controlapi.Webhook }
	if err := l.call(ctx, http.MethodGet, "/v1/webhooks", nil, nil, &found); err != nil {
		return err
	}
	return show(c, l.JSON, found.Webhooks, "URL\tFILTER\tSENT\tDROPPED\tMISSED\tERROR", func(w *controlapi.Webhook) []string {
		return []string{w.URL, w.Filter, strconv.Itoa(w.Sent), strconv.Itoa(w.Dropped), strconv.FormatUint(w.Missed, 10), w.Error}
	})
}
