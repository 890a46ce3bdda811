package memnet

import "strconv"

// An Addr is one end of a connection in memory. It prints as "memnet:7", which
// net.SplitHostPort accepts; the number is counted anew for every listener.
type Addr struct {
	port int
}

// Network returns "memnet".
func (Addr) Network() string { return "memnet" }

// String returns the address in the form host:port.
func (a Addr) String() string { return "memnet:" + strconv.Itoa(a.port) }
