// Package broker is store and forward: it takes accepted pushes and gives them
// to the connection of the device they are for, now or when it comes back.
//
// It knows queues, the rule of what is stored and replaced, expiry, topic lists,
// priorities and budgets, and what an acknowledgement settles. It leaves to others where pushes
// come from and how they travel: it owns no socket and starts no goroutine. A
// device's connection attaches as a [Peer], is woken when there is something
// to take, and takes it with [Route.Take].
//
//	Submit ──► ready ──Take──► in flight ──Ack──► settled
//	    │        ▲  │              │
//	    ▼        │  ▼              ▼ connection lost
//	  held ◄─────┴──────────────────
//
// A push is held while its device is away, its topic is not enabled, or the moment
// is not good: the device sleeps or saves power, or the app has used up its hour.
// Only held pushes are subject to the storage rule. What is ready is on its way; only
// a new filter or the end of the connection takes it back.
//
// Some rules have a moment at which something is to happen. The broker knows the
// next one ([Broker.NextDue], [Broker.Sooner]); whoever owns it calls [Broker.Sweep]
// then.
//
// A broadcast channel passes each message to the routes that subscribe to it,
// ready as a push to the device would be; it is never held for a device. The
// channel itself keeps the most recent one, if that is its policy, for those
// who subscribe later.
//
// Locks are taken in this order: shard, or the list of channels and a channel;
// then queue. The journal and the store are called with a queue locked and must
// not call back.
package broker
