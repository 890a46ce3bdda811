package broker

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
	"github.com/apns-sim/apns-sim/internal/state"
)

// saveChannel saves a channel as it is now, unless it was deleted. No other lock may be held.
func (b *Broker) saveChannel(c *channel) {
	if b.saver == nil {
		return
	}
	c.saving.Lock()
	defer c.saving.Unlock()
	if element, ok := c.element(); ok {
		b.saver.Save(element)
	}
}

// element returns the form in which a channel is saved; ok is false if it was deleted.
func (c *channel) element() (element state.Channel, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element = state.Channel{
		ID: c.ID.String(), Space: c.App.team(), Topic: c.App.BundleID(), Environment: c.Environment,
		Stores: c.Policy == MostRecent, Created: c.Created, Checkpoint: c.checkpoint,
	}
	if m := c.stored; m != nil {
		element.Message = &state.Message{Notification: state.Of(m.Notification), Checkpoint: m.checkpoint, Until: time.Unix(0, m.deadline)}
	}
	return element, !c.deleted
}

// restoreChannels takes over channels that were saved, with the messages they store.
func (b *Broker) restoreChannels(saved []state.Channel) error {
	for i := range saved {
		c, err := b.restoredChannel(&saved[i])
		if err != nil {
			return err
		}
		if err := b.addChannel(c); err != nil {
			return fmt.Errorf("channel %s: %w", c.ID, err)
		}
		b.timestamp.Store(max(b.timestamp.Load(), c.checkpoint))
	}
	return nil
}

func (b *Broker) restoredChannel(e *state.Channel) (*channel, error) {
	id, err := base64.StdEncoding.DecodeString(e.ID)
	if err != nil || len(id) == 0 {
		return nil, fmt.Errorf("channel ID %q is not base64", e.ID)
	}
	app, policy := App(e.Topic), NoStorage
	if e.Space != "" {
		app = App(e.Space + "/" + e.Topic)
	}
	if e.Stores {
		policy = MostRecent
	}
	c := b.newChannel(ChannelID(id), e.Environment, app, policy)
	c.Created, c.checkpoint = e.Created, e.Checkpoint
	if e.Message != nil && e.Stores {
		push := e.Message.Push()
		c.stored = &message{
			Notification: push, trace: &journal.Trace{Push: push}, channel: c,
			checkpoint: e.Message.Checkpoint, deadline: e.Message.Until.UnixNano(), lasting: true,
		}
	}
	return c, nil
}

// newChannel returns a channel that nobody knows yet.
func (b *Broker) newChannel(id ChannelID, env apns.Environment, app App, policy StoragePolicy) *channel {
	clock := b.clockOf(b.spaces.ForTeam(app.team()))
	return &channel{
		Channel:     Channel{ID: id, Environment: env, App: app, Policy: policy, Created: clock.Now()},
		hash:        apns.HashTopic(app.BundleID() + liveActivity.Suffix),
		clock:       clock,
		subscribers: make(map[*Consumer]struct{}),
		budget:      budget{perMinute: b.budgets[policy]},
	}
}
