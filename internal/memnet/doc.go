// Package memnet is a network in memory: connections and listeners that behave
// like TCP on loopback and need no socket.
//
// It exists for tests in a testing/synctest bubble and for the in-process
// simulator. Every wait is on a sync.Cond, so a goroutine blocked in Read, Write
// or Accept is durably blocked and virtual time may move on; deadlines follow
// the clock of the bubble in which the wait takes place.
//
// Unlike net.Pipe, each direction buffers up to 64 KiB: a writer waits only while
// that much is unread, so two peers that write first and read later, as TLS
// and HTTP/2 peers do, do not block each other.
//
// A reader of many connections needs no goroutine for each: see [Conn.SetNonblocking].
package memnet
