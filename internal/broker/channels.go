package broker

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/state"
)

// DefaultMaxChannels is how many channels an app may have in an environment.
//
// https://developer.apple.com/documentation/usernotifications/setting-up-broadcast-push-notifications
const DefaultMaxChannels = 10_000

// channelIDSize is the size of a channel id in bytes; Apple leaves it open.
const channelIDSize = 16

// A channelApp is an app in one environment. A channel belongs to one environment.
//
// https://developer.apple.com/documentation/usernotifications/setting-up-broadcast-push-notifications
type channelApp struct {
	env apns.Environment
	app App
}

// channels is all channels there are.
type channels struct {
	max int // read-only

	mu   sync.RWMutex // taken before that of a channel: docs/lock-order.md
	apps map[channelApp]map[ChannelID]*channel
}

func (cs *channels) find(env apns.Environment, app App, id ChannelID) *channel {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	return cs.apps[channelApp{env, app}][id]
}

// CreateChannel makes a channel for an app.
// The error is an [apns.Rejection]: CannotCreateChannelConfig if the app has
// as many channels as it may have.
func (b *Broker) CreateChannel(env apns.Environment, app App, policy StoragePolicy) (Channel, error) {
	var id [channelIDSize]byte
	_, _ = rand.Read(id[:]) // never fails
	c := b.newChannel(ChannelID(id[:]), env, app, policy)
	if err := b.addChannel(c); err != nil {
		return Channel{}, err
	}
	b.saveChannel(c)
	return c.Channel, nil
}

// addChannel makes a channel known, if its app may have one more.
func (b *Broker) addChannel(c *channel) error {
	cs := &b.channels
	cs.mu.Lock()
	defer cs.mu.Unlock()
	of := channelApp{c.Environment, c.App}
	if len(cs.apps[of]) >= cs.max {
		return apns.Reject(apns.CannotCreateChannelConfig,
			fmt.Sprintf("%s has %d channels in %s already; delete some", c.App.BundleID(), cs.max, c.Environment))
	}
	if cs.apps[of] == nil {
		cs.apps[of] = make(map[ChannelID]*channel)
	}
	cs.apps[of][c.ID] = c
	return nil
}

// Channel returns a channel of an app, and whether there is one.
func (b *Broker) Channel(env apns.Environment, app App, id ChannelID) (Channel, bool) {
	if c := b.channels.find(env, app, id); c != nil {
		return c.Channel, true
	}
	return Channel{}, false
}

// Channels returns the channels of an app, the oldest first.
func (b *Broker) Channels(env apns.Environment, app App) []Channel {
	cs := &b.channels
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	all := make([]Channel, 0, len(cs.apps[channelApp{env, app}]))
	for _, c := range cs.apps[channelApp{env, app}] {
		all = append(all, c.Channel)
	}
	slices.SortFunc(all, func(a, b Channel) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// DeleteChannel removes a channel and notifies its subscribers (see
// [Consumer.TakeDeleted]). Messages that were published before are still delivered. It
// reports whether there was such a channel.
//
// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
func (b *Broker) DeleteChannel(env apns.Environment, app App, id ChannelID) bool {
	c := b.channels.find(env, app, id)
	if c == nil {
		return false
	}
	c.saving.Lock()
	defer c.saving.Unlock()
	b.saver.Remove(state.Channel{ID: id.String()})
	if !b.channels.remove(c) { // another call has removed it
		return false
	}
	c.end()
	return true
}

// remove makes a channel unknown, and reports whether it was known.
func (cs *channels) remove(c *channel) bool {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	of := channelApp{c.Environment, c.App}
	if cs.apps[of][c.ID] != c {
		return false
	}
	delete(cs.apps[of], c.ID)
	if len(cs.apps[of]) == 0 {
		delete(cs.apps, of)
	}
	return true
}

// DeleteChannels removes all channels of an app, in both environments, as
// happens when the app loses the broadcast capability. It returns how many there were.
//
// https://developer.apple.com/documentation/usernotifications/setting-up-broadcast-push-notifications
func (b *Broker) DeleteChannels(app App) (deleted int) {
	for _, env := range apns.Environments() {
		for _, c := range b.Channels(env, app) {
			if b.DeleteChannel(env, app, c.ID) {
				deleted++
			}
		}
	}
	return deleted
}

// end notifies the subscribers of a channel that it was deleted.
func (c *channel) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deleted, c.stored = true, nil
	for consumer := range c.subscribers {
		consumer.channelDeleted(c)
	}
	clear(c.subscribers)
}
