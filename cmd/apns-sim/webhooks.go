package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/control"
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
}

// start sends the events that the simulator records from now on.
func (f *webhookFlags) start(s *sim.Simulator) (*webhooks, error) {
	targets, secret, err := f.targets()
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	w := &webhooks{stop: stop}
	for _, target := range targets {
		hook := webhook.New(webhook.Config{Target: target, Secret: secret, Journal: s.Journal, Encode: control.EventJSON, Log: s.Log()})
		w.running.Go(func() { hook.Run(ctx) })
	}
	return w, nil
}

// end sends what is left, once the simulator has stopped.
func (w *webhooks) end() {
	w.stop()
	w.running.Wait()
}
