package sim

import (
	"errors"
	"net"
	"strconv"
	"syscall"
)

// localhost is both loopback addresses: programs dial whichever the name leads to first.
// RFC 6761, 6.3; RFC 6724, 2.1
const localhost = "localhost"

// firstLoopback returns the address of IPv4 for one on localhost, and others as they
// are.
func firstLoopback(address string) (first string, both bool) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host != localhost {
		return address, false
	}
	return net.JoinHostPort("127.0.0.1", port), true
}

// openSecond listens on ::1, too, at the ports of the doors that are open on localhost.
// A machine may have no IPv6, and somebody else may have the port there.
func (a Addresses) openSecond(open map[Door]net.Listener, taken func(DoorInfo, string, error)) map[Door]net.Listener {
	second := make(map[Door]net.Listener)
	for door, ln := range open {
		tcp, ok := ln.Addr().(*net.TCPAddr)
		_, both := firstLoopback(a[door])
		if !ok || !both && a[door] != Auto {
			continue
		}
		address := net.JoinHostPort("::1", strconv.Itoa(tcp.Port))
		also, err := net.Listen("tcp", address)
		switch {
		case err == nil:
			second[door] = also
		case errors.Is(err, syscall.EADDRINUSE):
			taken(doors[door], address, cause(err))
		}
	}
	return second
}
