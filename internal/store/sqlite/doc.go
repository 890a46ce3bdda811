// Package sqlite keeps the state of a simulator in a file that any SQLite can open:
// the pushes of [store.Store] and the entries of [store.Entries].
//
// One goroutine, the writer, owns the connection to the file. It is started by [Open] and
// waited for by [DB.Close]. Everybody else adds changes to queues in memory, which the
// writer commits in groups:
//
//	Put ──────► waits ──┐
//	Put ──────► leaves ─┼─► writer ── one transaction ──► file
//	Delete ───► ended ──┤      │
//	Apply ────► changes ┘      └─► store.Pending.Done, Apply returns
//
// A group is committed as soon as somebody waits for it. A push that is sent to its
// device at once (leaves) is an exception: most devices acknowledge within milliseconds,
// and then the record is never written. How long the writer waits for that follows the
// acknowledgements (latency.go).
//
// A transaction survives the death of the process, and with [Config].Sync that of the
// machine. When the disk is full, or fails, the records that wait are given up, further
// ones are rejected at once, and the writer tries again every second (failure.go).
package sqlite
