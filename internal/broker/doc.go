// Package broker is store and forward: it accepts pushes and hands them to the
// connection of their device, now or when the device connects again.
//
// It implements queues, storage and collapsing, expiration, topic lists, priorities,
// budgets and acknowledgements. It owns no socket and starts no goroutine. A device's
// connection attaches as a [Connection], is woken when a push is ready, and takes pushes with
// [Consumer.Take].
//
//	Submit ──► ready ──Take──► in flight ──Ack──► delivered or dropped
//	    │        ▲  │              │
//	    ▼        │  ▼              ▼ connection lost
//	  held ◄─────┴──────────────────
//
// A push is held while its device is offline, inactive or in low power mode, while its topic
// is not enabled, and while the app is over its hourly budget. Only held pushes are
// subject to the storage rule. A ready push is held again only by a new filter or the
// end of the connection.
//
// Some rules apply at a certain time. [Broker.NextDue] returns the next one, and
// [Broker.Sooner] reports that it has become earlier; the owner of the broker calls
// [Broker.Sweep] then.
//
// A broadcast channel passes each message to the consumers that subscribe to it, by the
// same rules as a push to the device. While the device is not connected, nothing is held
// for it: the channel itself keeps the most recent message, if that is its policy, for
// devices that subscribe later.
//
// Locks are taken in this order: shard, or a channel; then queue. The journal, the
// store and the [Connection] are called with a queue locked and must not call back. The
// order of all locks of the program is in docs/lock-order.md.
package broker
