// Package quickack has the kernel acknowledge to a TCP peer at once what has come.
//
// A kernel delays an acknowledgement, by 40 ms on Linux, in the hope that an answer
// will carry it. A client that leaves Nagle's algorithm on, and writes a message in
// two pieces, does not send the second before the first is acknowledged (RFC 9293,
// 3.7.4), so that each message takes those 40 ms. A server that has read a piece and
// waits for the rest knows that there is no answer to wait for.
package quickack

import (
	"net"
	"syscall"
)

// An Acker acknowledges what comes on one connection. A nil Acker does nothing.
type Acker struct {
	raw  syscall.RawConn
	send func(fd uintptr)
}

// Of returns the Acker of a connection: nc, or what lies beneath it if it is one of
// TLS. It is nil if that is not TCP, and on systems other than Linux.
func Of(nc net.Conn) *Acker {
	for {
		tls, ok := nc.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		nc = tls.NetConn()
	}
	tcp, ok := nc.(syscall.Conn)
	if _, isTCP := nc.RemoteAddr().(*net.TCPAddr); !ok || !isTCP || !supported {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return &Acker{raw: raw, send: func(fd uintptr) { Send(int(fd)) }}
}

// Send acknowledges what has come, if that has not been done. It costs one system
// call, and does not wait.
func (a *Acker) Send() {
	if a != nil {
		_ = a.raw.Control(a.send) // a connection that was closed needs none
	}
}
