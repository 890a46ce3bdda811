package broker

// Stats counts what a broker holds at one moment.
type Stats struct {
	// Devices with a connection.
	Connected int
	// Of these, those not in use; and all devices in low power mode.
	Inactive, LowPower int
	// Queues in memory: of addresses that are connected, have pushes held, are in low
	// power mode, or have used some of an hourly budget.
	Queues int
	// Pushes held, ready to be sent, and sent without acknowledgement.
	Held, Ready, InFlight int
	// Broadcast channels, and subscriptions of connected devices to them.
	Channels, Subscriptions int
}

// Stats counts the queues one after the other, so that the sums need not
// belong to one instant.
func (b *Broker) Stats() Stats {
	var s Stats
	b.channels.each(func(c *channel) {
		s.Channels++
		s.Subscriptions += len(c.subscribers)
	})
	b.eachQueue(func(q *queue) {
		s.Queues++
		s.Held += len(q.held)
		s.Ready += q.ready.len()
		if q.lowPower {
			s.LowPower++
		}
		if q.consumer != nil {
			s.Connected++
			if !q.consumer.activeLocked() {
				s.Inactive++
			}
			s.InFlight += q.consumer.flight.count
		}
	})
	return s
}

// Present lists the addresses with a connection.
func (b *Broker) Present() (list []Address) {
	b.eachQueue(func(q *queue) {
		if q.consumer != nil {
			list = append(list, q.to)
		}
	})
	return list
}

func (b *Broker) eachQueue(f func(*queue)) {
	for i := range b.shards {
		s := &b.shards[i]
		s.mu.RLock()
		for _, q := range s.queues {
			q.mu.Lock()
			f(q)
			q.mu.Unlock()
		}
		s.mu.RUnlock()
	}
}
