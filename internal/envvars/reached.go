package envvars

import (
	"net"
	"strings"
)

// ReachedAt returns an address of a simulator, a URL or host:port, as a program elsewhere
// reaches it: at the host at which that program reached the control API, if the address is on
// the simulator's loopback. On this machine's own loopback, nothing changes.
func ReachedAt(address, host string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		scheme, rest = "", address
	} else {
		scheme += "://"
	}
	own, port, err := net.SplitHostPort(rest)
	if err != nil || isLoopback(host) || !isLoopback(own) {
		return address
	}
	return scheme + net.JoinHostPort(host, port)
}

// isLoopback reports whether a host is the machine itself.
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
