// Package broker is store and forward: it takes accepted pushes and gives them
// to the connection of the device they are for, now or when it comes back.
//
// It knows queues, the rule of what is stored and replaced, expiry, topic lists,
// priorities, budgets and acknowledgements. It leaves to others where pushes
// come from and how they travel: it owns no socket and starts no goroutine. A
// device's connection attaches as a [Peer], is woken when there is something
// to take, and takes it with [Route.Take].
//
//	Submit ──► ready ──Take──► in flight ──Ack──► delivered or dropped
//	    │        ▲  │              │
//	    ▼        │  ▼              ▼ connection lost
//	  held ◄─────┴──────────────────
//
// A push is held while its device is offline or asleep or saves power, while its topic
// is not enabled, and while the app is over its hourly budget. Only held pushes are
// subject to the storage rule. A ready push is held again only by a new filter or the
// end of the connection.
//
// Some rules apply at a certain time. [Broker.NextDue] returns the next one, and
// [Broker.Sooner] reports that it has become earlier; the owner of the broker calls
// [Broker.Sweep] then.
//
// A broadcast channel passes each message to the routes that subscribe to it,
// ready as a push to the device would be; it is never held for a device. The
// channel itself keeps the most recent one, if that is its policy, for those
// who subscribe later.
//
// Locks are taken in this order: shard, or a channel; then queue. The journal, the
// store and the [Peer] are called with a queue locked and must not call back. The
// order of all locks of the program is in docs/lock-order.md.
package broker
