package quickack

import "syscall"

const supported = true

// Send acknowledges the data received on the TCP socket fd. If that fails, the kernel
// acknowledges after its delay.
//
// "If set, acks are sent immediately ... This flag is not permanent, it only enables
// a switch to or from quickack mode." tcp(7)
func Send(fd int) { _ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1) }
