package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
	"github.com/apns-sim/apns-sim/internal/sim"
)

// broadcasts is how many messages are sent to a channel that all devices of a fleet subscribe
// to.
const broadcasts = 20

// broadcastName is the name of that scenario.
var broadcastName = fmt.Sprintf("broadcast, %d to each device", broadcasts)

// broadcast publishes to all devices, one message after the other, each as soon as the
// one before it is answered. A delivery is a push to one device.
func (b *bench) broadcast(ctx context.Context, to *server, f *fleet) (*outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, max(runTime, time.Duration(broadcasts*len(f.benchDevices))*timePerPush))
	defer cancel()
	transport := &http.Transport{TLSClientConfig: b.client.Clone(), ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	provider := &publisher{http: &http.Client{Transport: transport}, authorization: b.authorization, to: to}
	channel, err := provider.createChannel(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.subscribe(ctx, channel); err != nil {
		return nil, err
	}
	t := newBroadcastCounts(b.numbers, broadcasts, len(f.benchDevices))
	b.numbers += broadcasts
	f.counts.Store(t)
	o, err := timed(to, func() error {
		for n := t.first; n < t.first+broadcasts; n++ {
			t.post(n)
			if err := provider.publish(ctx, channel, n); err != nil {
				return err
			}
		}
		return f.await(ctx, t)
	})
	if err != nil {
		return nil, err
	}
	o.pushes, o.latencies = len(t.took), t.latencies()
	return o, f.verdict(t)
}

// A publisher is a provider that makes a channel and publishes to it.
type publisher struct {
	http          *http.Client
	authorization string
	to            *server
}

func (p *publisher) createChannel(ctx context.Context) (id string, err error) {
	response, err := p.post(ctx, p.to.channels+"/1/apps/"+sim.DefaultTopic+"/channels",
		[]byte(`{"message-storage-policy":0,"push-type":"LiveActivity"}`), nil)
	return response.Get(apns.HeaderChannelID), err
}

func (p *publisher) publish(ctx context.Context, channel string, n int) error {
	_, err := p.post(ctx, p.to.address+"/4/broadcasts/apps/"+sim.DefaultTopic, payload(nil, n), map[string]string{
		apns.HeaderChannelID: channel, apns.HeaderPushType: string(apns.LiveActivity),
		apns.HeaderExpiration: "0", apns.HeaderPriority: "10",
	})
	return err
}

// post returns the header of the response, which must be a good one.
func (p *publisher) post(ctx context.Context, url string, body []byte, header map[string]string) (response http.Header, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set(apns.HeaderAuthorization, p.authorization)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	got, err := p.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, got.Body.Close()) }()
	if got.StatusCode >= http.StatusBadRequest {
		body, _ := io.ReadAll(got.Body)
		return nil, fmt.Errorf("%s answers %s %s", url, got.Status, strings.TrimSpace(string(body)))
	}
	return got.Header, nil
}

// subscribe subscribes all benchmark devices to a channel.
func (f *fleet) subscribe(ctx context.Context, channel string) error {
	id, err := base64.StdEncoding.DecodeString(channel)
	if err != nil {
		return fmt.Errorf("channel id: %w", err)
	}
	body := (&courier.ChannelRequestBody{
		Version: courier.ChannelsVersion, Kind: courier.ChannelsFull,
		Apps: []courier.AppRequest{{
			Topic:     sim.DefaultTopic + apns.LookupPushType(apns.LiveActivity).Suffix,
			Subscribe: []courier.Subscribe{{Channel: id}},
		}},
	}).Append(nil)
	goal := f.subscribed.Load() + int64(len(f.benchDevices))
	for _, d := range f.benchDevices {
		if _, err := d.conn.Write((&courier.ChannelRequest{ID: 1, Request: body, BaseToken: d.base}).Append(nil)); err != nil {
			return fmt.Errorf("device %d: %w", d.number, err)
		}
	}
	for f.subscribed.Load() < goal {
		select {
		case <-ctx.Done():
			return fmt.Errorf("subscribe to a channel: %w", ctx.Err())
		case <-f.done:
			return f.failure()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

// noteSubscription notes the response to one of subscribe's requests.
func (f *fleet) noteSubscription(frame courier.Frame) error {
	var response courier.ChannelResponse
	var body courier.ChannelResponseBody
	if err := response.Parse(frame.Payload); err != nil {
		return err
	}
	if err := body.Parse(response.Response); err != nil {
		return err
	}
	for _, app := range body.Apps {
		for _, channel := range app.Subscribed {
			if channel.Status != courier.ChannelAccepted {
				return fmt.Errorf("a subscription is refused with status %d", channel.Status)
			}
			f.subscribed.Add(1)
		}
	}
	return nil
}
