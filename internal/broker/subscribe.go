package broker

// Subscribe makes the device a subscriber of a channel, of the app with that bundle ID in
// the device's space, until it unsubscribes or its route ends. checkpoint is that of the
// newest message the device has received, 0 for none: a kept message that is newer is
// delivered. ok is false if there is no such channel; latest is the checkpoint of the
// channel's newest message, 0 if there was none.
func (r *Route) Subscribe(app string, id ChannelID, checkpoint uint64) (ok bool, latest uint64) {
	c := r.channel(app, id)
	if c == nil {
		return false, 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deleted {
		return false, 0
	}
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	if r.detached {
		return false, 0
	}
	c.subscribers[r] = struct{}{}
	if r.channels == nil {
		r.channels = make(map[*channel]uint64)
	}
	seen := max(checkpoint, r.channels[c]) // a repeated subscription gets nothing twice
	r.channels[c] = seen
	now := r.q.clock.Now()
	if m := c.keptLocked(now); m != nil && m.checkpoint > seen {
		r.passLocked(m, now)
	}
	return true, c.checkpoint
}

// Unsubscribe ends a subscription; messages of the channel that were not sent are
// dropped. It does nothing if there is no such subscription.
func (r *Route) Unsubscribe(app string, id ChannelID) {
	c := r.channel(app, id)
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.subscribers, r)
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	if r.detached {
		return
	}
	delete(r.channels, c)
	now := r.q.clock.Now()
	r.q.dropHeldLocked(DropUnsubscribed, now, func(e *entry) bool { return e.message != nil && e.message.channel == c })
	for _, e := range r.q.ready.drain() {
		if e.message != nil && e.message.channel == c {
			r.q.dropLocked(e, DropUnsubscribed, now)
		} else {
			r.q.ready.push(e)
		}
	}
}

// channel finds a channel in the space of the device; nil if there is none.
func (r *Route) channel(bundleID string, id ChannelID) *channel {
	r.q.mu.Lock()
	app := AppIn(r.q.space, bundleID)
	r.q.mu.Unlock()
	return r.q.b.channels.find(r.q.to.Environment, app, id)
}

// TakeDeleted returns the channels that were deleted while the device
// subscribed to them, each once. The peer is woken for them as for pushes; it calls
// TakeDeleted after [Route.Take] has returned fewer deliveries than dst has room for.
func (r *Route) TakeDeleted() []Channel {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	if r.detached {
		return nil
	}
	deleted := r.deleted
	r.deleted = nil
	return deleted
}

// lost notes that a subscribed channel was deleted.
func (r *Route) lost(c *channel) {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	if r.detached {
		return
	}
	delete(r.channels, c)
	r.deleted = append(r.deleted, c.Channel)
	if !r.awake {
		r.awake = true
		r.peer.Wake()
	}
}

// leave ends the subscriptions of a detached route. No lock may be held.
func (r *Route) leave() {
	r.q.mu.Lock()
	subscribed := r.channels
	r.channels = nil
	r.q.mu.Unlock()
	for c := range subscribed {
		c.mu.Lock()
		delete(c.subscribers, r)
		c.mu.Unlock()
	}
}
