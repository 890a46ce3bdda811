package netconn

import (
	"syscall"
	"unsafe"
)

const countsInput = true

// received returns how many bytes a socket has received that were not read. "FIONREAD ...
// returns the amount of queued unread data in the receive buffer." tcp(7)
func received(fd uintptr) int {
	var n int32
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCINQ, uintptr(unsafe.Pointer(&n)))
	if errno != 0 {
		return 0
	}
	return int(n)
}
