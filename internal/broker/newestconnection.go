package broker

// Attach makes a connection that of the device at an address. The newest connection wins:
// the former one is replaced, and its pushes in flight are sent again. Apple does not
// document what happens to the older connection.
func (b *Broker) Attach(to Address, connection Connection) *Consumer {
	c := &Consumer{connection: connection, activeUntil: always}
	var former *Consumer
	b.withQueue(to, func(q *queue) {
		c.q = q
		if former = q.consumer; former != nil {
			q.detachLocked(q.clock.Now())
			former.connection.Replaced()
		}
		q.updateSpaceLocked() // it may be in another space than before
		q.consumer = c
	})
	if former != nil {
		former.leave()
	}
	return c
}
