// Package groupcommit decides when records and entries are written to a medium, such as a
// file: together, in groups, as soon as a caller waits for one of them.
//
// One goroutine, the writer, owns the medium. It is started by [New] and waited for by
// [Writer.Close]. Everybody else adds changes to queues in memory, which the writer commits:
//
//	Put ──────► waits ──┐
//	Put ──────► leaves ─┼─► writer ── [Medium.Commit] of a group
//	Delete ───► ended ──┤      │
//	Apply ────► changes ┘      └─► store.Pending.Done, Apply returns
//
// A group is committed as soon as a caller waits for it. A push that is sent to its
// device at once (leaves) is an exception: most devices acknowledge within milliseconds,
// and then the record is never written. How long the writer waits for that follows the
// acknowledgements (latency.go).
//
// When the medium fails, as a full disk does, the records that wait are given up, further
// ones are rejected at once, and the writer tries again every second (failure.go). What a
// group is in the medium, and what its death leaves, is the business of the medium.
package groupcommit
