package netconn

import (
	"net"
	"syscall"
)

// An Input tells whether a TCP connection has received something that was not read. One
// goroutine uses it. A nil Input knows nothing.
type Input struct {
	raw  syscall.RawConn
	look func(fd uintptr)
	n    int // bytes
}

// InputOf returns the Input of a connection; nil if it is not TCP, and on systems other
// than Linux.
func InputOf(nc net.Conn) *Input {
	tcp, ok := nc.(*net.TCPConn)
	if !ok || !countsInput {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil // it is closed
	}
	in := &Input{raw: raw}
	in.look = func(fd uintptr) { in.n = received(fd) }
	return in
}

// Waiting reports whether there is something to read. It costs one system call, and does
// not block.
func (in *Input) Waiting() bool {
	if in == nil {
		return false
	}
	in.n = 0
	_ = in.raw.Control(in.look) // a connection that was closed has nothing
	return in.n > 0
}
