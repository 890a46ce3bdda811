package quickack

import "syscall"

const supported = true

// Send acknowledges what has come on the socket fd, of TCP. If that fails, the
// kernel acknowledges in its own time.
//
// "If set, acks are sent immediately ... This flag is not permanent, it only enables
// a switch to or from quickack mode." tcp(7)
func Send(fd int) { _ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1) }
