package broker

import "github.com/apns-sim/apns-sim/apns"

// Subscribers returns how many connected devices subscribe to a channel; 0 if there is
// no such channel.
func (b *Broker) Subscribers(env apns.Environment, app App, id ChannelID) int {
	b.channels.mu.RLock()
	c := b.channels.apps[channelApp{env, app}][id]
	b.channels.mu.RUnlock()
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.subscribers)
}
