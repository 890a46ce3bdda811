package device

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
)

// A ChannelID names a broadcast channel: bytes without a meaning, of a length that
// APNs chooses.
type ChannelID string

// maxChannelID is the longest ChannelID, in bytes. Apple gives no figure.
const maxChannelID = 255

// ParseChannelID reads a channel id in base64, as APNs gives it to providers.
func ParseChannelID(text string) (ChannelID, error) {
	id, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", fmt.Errorf("%q is not a channel ID: %w", text, err)
	}
	return ChannelID(id), ChannelID(id).check()
}

// String gives the id in base64.
func (id ChannelID) String() string { return base64.StdEncoding.EncodeToString([]byte(id)) }

func (id ChannelID) check() error {
	if id == "" || len(id) > maxChannelID {
		return fmt.Errorf("a channel ID has 1 to %d bytes, not %d", maxChannelID, len(id))
	}
	return nil
}

// A Subscription is the wish of an app to get what is sent to a channel.
type Subscription struct {
	// Topic is the app.
	Topic   string
	Channel ChannelID
	// Checkpoint is that of the newest message the device has got, in nanoseconds
	// since 1970; 0 for none. The courier is asked for what is newer.
	Checkpoint uint64
}

// liveTopic is the topic under which messages of an app's channels come: broadcasts
// are for Live Activities alone.
// "Setting up broadcast push notifications".
func liveTopic(app string) string { return app + apns.LookupPushType(apns.LiveActivity).Suffix }

// Why a subscription ends.
var (
	// ErrNoChannel: the courier knows no such channel of the app.
	ErrNoChannel = errors.New("no such channel")
	// ErrChannelDeleted: the channel was deleted.
	ErrChannelDeleted = errors.New("the channel was deleted")
	// ErrChannelsRejected: the courier did not take the request as a whole.
	ErrChannelsRejected = errors.New("the courier rejected the channel request")
)

// Subscribe subscribes the app of topic, which must be installed, to a channel, now
// or at the next login. Subscribing twice changes nothing. The checkpoint outlives
// connections, but not the subscription.
func (d *Device) Subscribe(topic string, id ChannelID) error {
	if err := id.check(); err != nil {
		return err
	}
	return d.changeChannels(topic, func() { d.channels.add(Subscription{Topic: topic, Channel: id}) })
}

// Unsubscribe ends a subscription. What still comes is turned away.
func (d *Device) Unsubscribe(topic string, id ChannelID) error {
	return d.changeChannels(topic, func() { d.channels.remove(topic, id) })
}

func (d *Device) changeChannels(topic string, change func()) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.apps.byHash[apns.HashTopic(topic)] == nil {
		return fmt.Errorf("%q is not installed; call Install first", topic)
	}
	change()
	d.changedLocked()
	if d.session != nil {
		d.session.request(appsChanged)
	}
	return nil
}

// Subscriptions are the subscriptions that have not ended, in the order they were
// made, each with its checkpoint. The slice is the caller's.
func (d *Device) Subscriptions() []Subscription {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Subscription, 0, len(d.channels.order))
	for _, s := range d.channels.order {
		all = append(all, s.Subscription)
	}
	return all
}

// Subscribed waits until the courier has accepted a subscription on the connection
// of now. It fails if there is none, or none any longer.
func (d *Device) Subscribed(ctx context.Context, topic string, id ChannelID) error {
	return d.waitFor(ctx, func() (bool, error) {
		s := d.channels.find(apns.HashTopic(liveTopic(topic)), string(id))
		if s == nil {
			return false, fmt.Errorf("%s is not subscribed to channel %s", topic, id)
		}
		return d.session != nil && s.accepted, nil
	})
}

// A subscription is a Subscription with what the courier knows of it.
type subscription struct {
	Subscription
	hash     apns.TopicHash // of the topic that its messages have
	request  uint32         // the id of the request for it on this connection; 0 if not made yet
	accepted bool           // on this connection
}

// A channelKey names a channel as a notification does.
type channelKey struct {
	hash apns.TopicHash
	id   ChannelID
}

// channels are the subscriptions of all apps. [Device.mu] guards them.
type channels struct {
	byKey        map[channelKey]*subscription
	order        []*subscription // as they were made
	ended        []*subscription // asked for on this connection and no longer wanted
	fullListSent bool            // the courier has had the full list on this connection
	sequence     uint64          // of the newest request
}

func newChannels() channels { return channels{byKey: make(map[channelKey]*subscription)} }

func (c *channels) find(hash apns.TopicHash, id string) *subscription {
	return c.byKey[channelKey{hash, ChannelID(id)}]
}

func (c *channels) add(s Subscription) {
	hash := apns.HashTopic(liveTopic(s.Topic))
	key := channelKey{hash, s.Channel}
	if c.byKey[key] != nil {
		return
	}
	added := &subscription{Subscription: s, hash: hash}
	c.byKey[key] = added
	c.order = append(c.order, added)
}

// remove takes off a subscription that is no longer wanted.
func (c *channels) remove(topic string, id ChannelID) {
	s := c.find(apns.HashTopic(liveTopic(topic)), string(id))
	if s == nil {
		return
	}
	c.drop(s)
	if s.request != 0 {
		c.ended = append(c.ended, s)
	}
}

// drop takes off a subscription that the courier has ended.
func (c *channels) drop(s *subscription) {
	delete(c.byKey, channelKey{s.hash, s.Channel})
	c.order = slices.DeleteFunc(c.order, func(o *subscription) bool { return o == s })
}

// removeApp takes off the subscriptions of an app.
func (c *channels) removeApp(topic string) {
	for _, s := range slices.Clone(c.order) {
		if s.Topic == topic {
			c.remove(topic, s.Channel)
		}
	}
}

// forgetRequests is for a new connection, and for a courier that asks for everything
// again: the next request is the full list.
func (c *channels) forgetRequests() {
	c.fullListSent, c.ended = false, nil
	for _, s := range c.order {
		s.request, s.accepted = 0, false
	}
}
