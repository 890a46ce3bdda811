package devicetls

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/broker"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// channelsRejected is the status of a channel request that is rejected as a whole. Only
// status 0, accepted, is known (observed: apsd).
const channelsRejected uint8 = 1

// channelGrowth is the maximum growth of a response per channel, in bytes: a status, a
// checkpoint, and longer sizes of the enclosing messages.
const channelGrowth = 16

// A subscription is an app and a channel.
type subscription struct {
	app string // the bundle ID
	id  broker.ChannelID
}

// channel changes the broadcast subscriptions of a device, and answers with the result for
// each channel.
//
// observed: apsd, rustpush
func (s *session) channel(m *courier.ChannelRequest) error {
	message := courier.ChannelResponse{ID: m.ID, Token: bytes.Clone(m.BaseToken)}
	s.out.lock() // so that no broadcast is sent before the response
	defer s.out.unlock()
	response, err := s.subscribeLocked(m)
	if err != nil {
		s.log.Info("rejected a channel request", "device", s.id(), "err", err)
		message.Status = channelsRejected
	}
	message.Response = response
	return s.respondLaterLocked(&message)
}

// subscribeLocked applies a request and returns the body of the response.
func (s *session) subscribeLocked(m *courier.ChannelRequest) ([]byte, error) {
	p := s.presenceFor(m.BaseToken)
	if p == nil {
		return nil, fmt.Errorf("base token %v is not connected here", apns.DeviceToken(m.BaseToken))
	}
	var asked courier.ChannelRequestBody
	if err := asked.Parse(m.Request); err != nil {
		return nil, err
	}
	if len(m.Request)+channelGrowth*channelCount(&asked) > courier.MaxItem {
		return nil, errors.New("the response would exceed a frame: request fewer channels at a time")
	}
	if asked.Kind == courier.ChannelsFull {
		p.unsubscribeOthersLocked(&asked)
	}
	var response courier.ChannelResponseBody
	for i := range asked.Apps {
		response.Apps = append(response.Apps, p.subscribeLocked(&asked.Apps[i]))
	}
	return response.Append(nil), nil
}

// channelCount is how many apps and channels a request names.
func channelCount(asked *courier.ChannelRequestBody) int {
	count := len(asked.Apps)
	for i := range asked.Apps {
		count += len(asked.Apps[i].Subscribe) + len(asked.Apps[i].Unsubscribe)
	}
	return count
}

// unsubscribeOthersLocked ends the subscriptions that a full list does not contain.
func (p *presence) unsubscribeOthersLocked(asked *courier.ChannelRequestBody) {
	kept := make(map[subscription]bool)
	for _, app := range asked.Apps {
		for _, c := range app.Subscribe {
			kept[subscription{apns.BundleID(app.Topic), broker.ChannelID(c.Channel)}] = true
		}
	}
	for sub := range p.channels {
		if !kept[sub] {
			p.unsubscribeLocked(sub)
		}
	}
}

// subscribeLocked applies a request for one app, which is named by its bundle ID or by the
// topic of its Live Activities.
func (p *presence) subscribeLocked(asked *courier.AppRequest) courier.AppResponse {
	response := courier.AppResponse{Topic: asked.Topic}
	app := apns.BundleID(asked.Topic)
	for i := range asked.Unsubscribe {
		id := asked.Unsubscribe[i].Channel
		p.unsubscribeLocked(subscription{app, broker.ChannelID(id)})
		response.Unsubscribed = append(response.Unsubscribed, courier.ChannelStatus{
			Channel: id, Status: courier.ChannelAccepted,
		})
	}
	for i := range asked.Subscribe {
		c := &asked.Subscribe[i]
		sub := subscription{app, broker.ChannelID(c.Channel)}
		status := courier.ChannelStatus{Channel: c.Channel, Status: courier.ChannelInvalid}
		if ok, latest := p.consumer.Subscribe(app, sub.id, c.Checkpoint); ok {
			status.Status, status.Checkpoint = courier.ChannelAccepted, latest
			p.rememberLocked(sub, asked.Topic)
		} else {
			delete(p.channels, sub)
		}
		response.Subscribed = append(response.Subscribed, status)
	}
	return response
}

// rememberLocked records a subscription and the topic by which the device names the app.
func (p *presence) rememberLocked(sub subscription, topic string) {
	if p.channels == nil {
		p.channels = make(map[subscription]string)
	}
	p.channels[sub] = topic
}

func (p *presence) unsubscribeLocked(sub subscription) {
	p.consumer.Unsubscribe(sub.app, sub.id)
	delete(p.channels, sub)
}

// appendDeletedChannelsLocked notifies a device of subscribed channels that were deleted.
//
// observed: apsd, rustpush
func (s *session) appendDeletedChannelsLocked(b *batch, p *presence) {
	if len(p.channels) == 0 {
		return
	}
	for _, c := range p.consumer.TakeDeleted() {
		sub := subscription{c.App.BundleID(), c.ID}
		topic, subscribed := p.channels[sub]
		if !subscribed { // it unsubscribed meanwhile
			continue
		}
		delete(p.channels, sub)
		s.updates++
		update := courier.ChannelUpdateBody{Apps: []courier.AppUpdate{{
			Topic:   topic,
			Channel: &courier.ChannelStatus{Channel: []byte(c.ID), Status: courier.ChannelDeleted},
		}}}
		s.appendLocked(b, &courier.ChannelUpdate{
			ID: s.updates, Update: update.Append(nil), Token: p.token,
			Timestamp: uint64(s.server.cfg.Clock.Now().UnixNano()),
		})
	}
}
