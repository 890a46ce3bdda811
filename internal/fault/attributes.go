package fault

import (
	"net"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// A Attributes is what rules are matched with, as far as it is known at a point. Status and
// reason of a request are those that the checks have found.
type Attributes struct {
	filters.Attributes

	Listener   Listener
	Connection uint64 // its number; 0 if it has none yet
	Source     string // the peer's address without its port
	Method     string
	Path       string

	// Memory is that of the connection; nil if rules keep no state of it.
	Memory *Memory

	// Words is the attributes as conditions read it, made by the first condition; nil before.
	Words    any
	document filters.Document // of the payload, for all rules
}

// SourceOf returns the host of an address; the whole of one that has none.
func SourceOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}
