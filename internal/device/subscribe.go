package device

import (
	"fmt"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/courier"
)

// channelsPerRequest is how many channels are named in a request. With the longest
// ids and topics it is still little more than half of what an item of a frame holds.
const channelsPerRequest = 64

// appendChannelsLocked appends what the courier must know about channels: the full
// list first on each connection, then what changes. A device without channels says
// nothing. [Device.mu] is held.
//
// observed: apsd, rustpush
func (d *Device) appendChannelsLocked(frames []byte) (_ []byte, steps []Step) {
	for changes := range slices.Chunk(d.channels.changes(), channelsPerRequest) {
		request, step := d.channels.request(changes)
		request.BaseToken = tokenBytes(d.base)
		frames = request.Append(frames)
		steps = append(steps, step)
	}
	return frames, steps
}

// changes takes what the courier has not been told on this connection: ended
// subscriptions first.
func (c *channels) changes() []*subscription {
	changes := c.ended
	c.ended = nil
	for _, s := range c.order {
		if s.request == 0 {
			changes = append(changes, s)
		}
	}
	return changes
}

// request makes the request for some changes.
func (c *channels) request(changes []*subscription) (*courier.ChannelRequest, StepChannels) {
	c.sequence++
	id := uint32(c.sequence)
	body := courier.ChannelRequestBody{Version: courier.ChannelsVersion, Kind: courier.ChannelsDelta, Sequence: c.sequence}
	if !c.fullListSent {
		c.fullListSent, body.Kind = true, courier.ChannelsFull
	}
	step := StepChannels{Full: body.Kind == courier.ChannelsFull}
	for _, s := range changes {
		app := appRequest(&body, liveTopic(s.Topic))
		if s.request != 0 {
			app.Unsubscribe = append(app.Unsubscribe, courier.Unsubscribe{Channel: []byte(s.Channel)})
			step.Ended = append(step.Ended, s.Subscription)
			continue
		}
		s.request = id
		app.Subscribe = append(app.Subscribe, courier.Subscribe{Channel: []byte(s.Channel), Checkpoint: s.Checkpoint})
		step.Wanted = append(step.Wanted, s.Subscription)
	}
	return &courier.ChannelRequest{ID: id, Request: body.Append(nil)}, step
}

// appRequest gives the part of a request that is about a topic.
func appRequest(body *courier.ChannelRequestBody, topic string) *courier.AppRequest {
	for i := range body.Apps {
		if body.Apps[i].Topic == topic {
			return &body.Apps[i]
		}
	}
	body.Apps = append(body.Apps, courier.AppRequest{Topic: topic})
	return &body.Apps[len(body.Apps)-1]
}

// channelResponse takes note of which subscriptions the courier has accepted.
func (s *session) channelResponse(m *courier.ChannelResponse) error {
	var body courier.ChannelResponseBody
	if err := body.Parse(m.Response); err != nil {
		return fmt.Errorf("read %s response: %w", m.Command(), err)
	}
	if m.Status != courier.ChannelsTaken {
		s.rejectedChannels(m)
		return nil
	}
	for _, app := range body.Apps {
		for i := range app.Subscribed {
			s.subscribed(app.Topic, &app.Subscribed[i])
		}
	}
	return nil
}

// subscribed takes the courier's word about one subscription.
func (s *session) subscribed(topic string, status *courier.ChannelStatus) {
	if status.Status != courier.ChannelAccepted {
		s.endSubscription(topic, status.Channel, ErrNoChannel)
		return
	}
	d := s.d
	d.mu.Lock()
	sub := d.channels.find(apns.HashTopic(topic), string(status.Channel))
	if sub == nil { // ended since it was asked for
		d.mu.Unlock()
		return
	}
	sub.accepted = true
	event := Event{Kind: EventSubscribed, Topic: sub.Topic, Channel: sub.Channel}
	d.changedLocked()
	d.mu.Unlock()
	d.emit(event)
}

// rejectedChannels ends all subscriptions of a request that was rejected as a whole.
func (s *session) rejectedChannels(m *courier.ChannelResponse) {
	var rejected []Subscription
	s.d.mu.Lock()
	for _, sub := range s.d.channels.order {
		if sub.request == m.ID {
			rejected = append(rejected, sub.Subscription)
		}
	}
	s.d.mu.Unlock()
	err := fmt.Errorf("%w with status %d", ErrChannelsRejected, m.Status)
	for _, sub := range rejected {
		s.endSubscription(liveTopic(sub.Topic), []byte(sub.Channel), err)
	}
}

// channelUpdate takes off channels that were deleted, and sends all subscriptions
// again when the courier wants them.
//
// observed: apsd, rustpush
func (s *session) channelUpdate(m *courier.ChannelUpdate) error {
	var body courier.ChannelUpdateBody
	if err := body.Parse(m.Update); err != nil {
		return fmt.Errorf("read %s: %w", m.Command(), err)
	}
	for _, app := range body.Apps {
		if app.Channel != nil && app.Channel.Status == courier.ChannelDeleted {
			s.endSubscription(app.Topic, app.Channel.Channel, ErrChannelDeleted)
		}
	}
	if body.All != nil && body.All.Status == courier.ResendChannels {
		s.d.mu.Lock()
		s.d.channels.forgetRequests()
		s.d.mu.Unlock()
		s.request(appsChanged)
	}
	return nil
}

// endSubscription takes off a subscription that the courier has ended.
func (s *session) endSubscription(topic string, id []byte, err error) {
	d := s.d
	d.mu.Lock()
	sub := d.channels.find(apns.HashTopic(topic), string(id))
	if sub == nil {
		d.mu.Unlock()
		return
	}
	d.channels.drop(sub)
	d.changedLocked()
	d.mu.Unlock()
	s.request(appsChanged) // the filter has a topic less
	d.emit(Event{Kind: EventSubscriptionEnded, Topic: sub.Topic, Channel: sub.Channel, Err: err})
}
