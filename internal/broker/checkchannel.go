package broker

import "fmt"

// each calls f with every channel, locked.
func (cs *channels) each(f func(*channel)) {
	cs.mu.RLock()
	defer cs.mu.RUnlock()
	for _, of := range cs.apps {
		for _, c := range of {
			c.mu.Lock()
			f(c)
			c.mu.Unlock()
		}
	}
}

// A subscription is one device's interest in one channel. The channel and the
// consumer both know of it.
type subscription struct {
	channel  *channel
	consumer *Consumer
}

// subscriptionProblems compares what channels and consumers know of each other.
func (b *Broker) subscriptionProblems() (problems []error) {
	known := make(map[subscription]bool)
	b.channels.each(func(c *channel) {
		if c.deleted {
			problems = append(problems, fmt.Errorf("channel %s is deleted and is still in the table", c.ID))
		}
		if c.stored != nil && c.Policy != MostRecent {
			problems = append(problems, fmt.Errorf("channel %s stores a message, which its policy forbids", c.ID))
		}
		for consumer := range c.subscribers {
			known[subscription{c, consumer}] = true
		}
	})
	b.eachQueue(func(q *queue) {
		if q.consumer == nil {
			return
		}
		for c := range q.consumer.channels {
			if !known[subscription{c, q.consumer}] {
				problems = append(problems, fmt.Errorf("channel %s does not know that %v subscribes", c.ID, q.to))
			}
			delete(known, subscription{c, q.consumer})
		}
	})
	for s := range known {
		problems = append(problems, fmt.Errorf("%v does not know that it subscribes to channel %s", s.consumer.q.to, s.channel.ID))
	}
	return problems
}
