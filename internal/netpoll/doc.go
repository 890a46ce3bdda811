// Package netpoll keeps idle connections small. The courier holds one connection per
// device, nearly all of them idle, and a goroutine that waits in Read costs each of them
// a stack, a descriptor in the Go runtime's poller and the buffers of crypto/tls. With this
// package an idle connection has no goroutine and no read buffer: 8 KB in all on Linux.
//
// It has three parts, and each falls back to plain net.Conn behavior by itself:
//
//   - [Poller] waits in epoll for TCP connections, detached from the Go runtime's own
//     poller, and notifies the owners of those that are readable or have reached
//     their deadline. It exists on Linux; elsewhere [NewPoller] returns [errors.ErrUnsupported]
//     and the courier runs a goroutine per connection. A connection that is not a
//     *net.TCPConn gets a goroutine on every system.
//   - [MemoryConn] does the same for connections in memory, which report by
//     themselves when they are readable, on every system.
//   - [ReleaseTLS] frees the buffers that crypto/tls holds while a connection is idle. It
//     uses unexported fields of tls.Conn, and does nothing if a Go version has other
//     fields.
//
// A connection is used as follows. During the TLS handshake reads wait, in a worker's
// goroutine. [Conn.Detach] then makes reads return [ErrWouldBlock] instead of waiting. The
// owner reads until it gets that error, calls [ReleaseTLS], and returns its goroutine. It
// is called again when data has arrived, after [Conn.ReadBy] has expired, or when the peer
// has closed the connection; it then calls [Conn.Resume] and reads on. [Conn.Reattach]
// ends this before the connection is closed, so that close_notify and FIN are sent in the
// usual way.
//
// To remove the package, delete the cases for it in sessionSet.serve of package devicetls,
// so that every session runs in a goroutine of its own (session.run), and in
// session.open of package device. The tests named InEveryMode hold in both modes.
// docs/idle-connections.md explains why.
package netpoll
