// Package quickack makes the kernel acknowledge received TCP data at once.
//
// A kernel delays an acknowledgement, by 40 ms on Linux, in the hope that a response
// will carry it. A client that leaves Nagle's algorithm on, and writes a message in
// two pieces, does not send the second before the first is acknowledged, so that each
// message takes 40 ms more. A server that has read one piece and waits for the rest has
// nothing to send, so the acknowledgement need not wait.
//
// https://www.rfc-editor.org/rfc/rfc9293#section-3.7.4
package quickack

import (
	"net"
	"syscall"
)

// An Acker acknowledges the data received on one connection. A nil Acker does nothing.
type Acker struct {
	raw  syscall.RawConn
	send func(fd uintptr)
}

// Of returns the Acker of a TCP connection, or of a TLS connection over TCP. It returns
// nil for others, and on systems other than Linux.
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

// Send acknowledges the received data, if that was not done yet. It costs one system call,
// and does not block.
func (a *Acker) Send() {
	if a != nil {
		_ = a.raw.Control(a.send) // a connection that was closed needs none
	}
}
