// Package cluster makes several nodes one APNs: it decides which node's broker has the queue
// of an address, sends pushes there, and moves the queue when the device logs in elsewhere.
//
//	provider ──► Router ──► own broker                   this node is the owner
//	               └──────► outbox ──Bus──► owner's Node ──► its broker
//
// An address has one owner at a time, also while its device is away. [Owners] knows it: the
// last claim that was written wins. Each login claims ([Node.Claim]); a push for an address
// without owner claims it if nobody has. The former owner takes the pushes out of its broker
// and sends them to the new one (transfer.go); until the new owner has them, the former
// owner's log is responsible.
//
// A push that was sent to another node is that node's when it says so, and not before. Without
// a response the push is sent again under the same number, so a broker may get it twice; it
// keeps one of them, and the device recognizes what it has already.
//
// One rule makes that safe: that this node is the owner, and that its broker takes a push, is
// one step under the read lock of the address; to end the ownership and to take all pushes out
// of the broker is one step under its write lock (ownership.go). So no push is left in a queue
// that nobody owns.
//
// The package knows no NATS: a [Bus] sends messages and [Owners] keeps the entries. What they
// and the [Broker] promise is in the comments of the interfaces. Not built yet, and not used
// outside of tests so far: Bus and Owners on NATS, leases and the adoption of the log of a
// node that has ended, claims for logins that happened without NATS, removal of entries that
// nobody needs, broadcasts, reads over all nodes, and the drain.
package cluster
