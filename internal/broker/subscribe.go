package broker

// Subscribe makes the device a subscriber of a channel, of the app with that bundle ID in
// the device's space, until it unsubscribes or its consumer is detached. checkpoint is that of the
// newest message the device has received, 0 for none: a stored message that is newer is
// delivered. ok is false if there is no such channel; latest is the checkpoint of the
// channel's newest message, 0 if there was none.
func (c *Consumer) Subscribe(app string, id ChannelID, checkpoint uint64) (ok bool, latest uint64) {
	ch := c.channel(app, id)
	if ch == nil {
		return false, 0
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	if ch.deleted {
		return false, 0
	}
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if c.detached {
		return false, 0
	}
	ch.subscribers[c] = struct{}{}
	if c.channels == nil {
		c.channels = make(map[*channel]uint64)
	}
	seen := max(checkpoint, c.channels[ch]) // a repeated subscription gets nothing twice
	c.channels[ch] = seen
	now := c.q.clock.Now()
	if m := ch.storedLocked(now); m != nil && m.checkpoint > seen {
		c.passLocked(m, now)
	}
	return true, ch.checkpoint
}

// Unsubscribe ends a subscription; messages of the channel that were not sent are
// dropped. It does nothing if there is no such subscription.
func (c *Consumer) Unsubscribe(app string, id ChannelID) {
	ch := c.channel(app, id)
	if ch == nil {
		return
	}
	ch.mu.Lock()
	defer ch.mu.Unlock()
	delete(ch.subscribers, c)
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if c.detached {
		return
	}
	delete(c.channels, ch)
	now := c.q.clock.Now()
	c.q.dropHeldLocked(DropUnsubscribed, now, func(e *entry) bool { return e.message != nil && e.message.channel == ch })
	for _, e := range c.q.ready.drain() {
		if e.message != nil && e.message.channel == ch {
			c.q.dropLocked(e, DropUnsubscribed, now)
		} else {
			c.q.ready.push(e)
		}
	}
}

// channel finds a channel in the space of the device; nil if there is none.
func (c *Consumer) channel(bundleID string, id ChannelID) *channel {
	c.q.mu.Lock()
	app := AppIn(c.q.space, bundleID)
	c.q.mu.Unlock()
	return c.q.b.channels.find(c.q.to.Environment, app, id)
}

// TakeDeleted returns the channels that were deleted while the device
// subscribed to them, each once. The connection is woken for them as for pushes; it calls
// TakeDeleted after [Consumer.Take] has returned fewer deliveries than dst has room for.
func (c *Consumer) TakeDeleted() []Channel {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if c.detached {
		return nil
	}
	deleted := c.deleted
	c.deleted = nil
	return deleted
}

// channelDeleted notes that a channel with this subscriber was deleted.
func (c *Consumer) channelDeleted(ch *channel) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if c.detached {
		return
	}
	delete(c.channels, ch)
	c.deleted = append(c.deleted, ch.Channel)
	if !c.awake {
		c.awake = true
		c.connection.Wake()
	}
}

// leave ends the subscriptions of a detached consumer. No lock may be held.
func (c *Consumer) leave() {
	c.q.mu.Lock()
	subscribed := c.channels
	c.channels = nil
	c.q.mu.Unlock()
	for ch := range subscribed {
		ch.mu.Lock()
		delete(ch.subscribers, c)
		ch.mu.Unlock()
	}
}
