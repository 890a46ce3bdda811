package sim

import (
	"errors"
	"net"
	"strconv"
	"syscall"
)

// localhost is both loopback addresses: programs dial the one that they resolve first.
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

// openSecond listens on ::1, too, at the ports of the listeners that are open on localhost.
// The machine may have no IPv6, and another program may have the port there.
func (a Addresses) openSecond(open map[Listener]net.Listener, taken func(ListenerInfo, string, error)) map[Listener]net.Listener {
	second := make(map[Listener]net.Listener)
	for listener, ln := range open {
		tcp, ok := ln.Addr().(*net.TCPAddr)
		_, both := firstLoopback(a[listener])
		if !ok || !both && a[listener] != Auto {
			continue
		}
		address := net.JoinHostPort("::1", strconv.Itoa(tcp.Port))
		also, err := net.Listen("tcp", address)
		switch {
		case err == nil:
			second[listener] = also
		case errors.Is(err, syscall.EADDRINUSE):
			taken(listeners[listener], address, cause(err))
		}
	}
	return second
}
