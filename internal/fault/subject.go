package fault

import (
	"net"

	"github.com/apns-sim/apns-sim/internal/filters"
)

// A Subject is what is happening at a point, as far as it is known there. Of a
// request its status and reason are what it deserves, whatever the answer will be.
type Subject struct {
	filters.Subject

	Listener   Listener
	Connection uint64 // its number; 0 if it has none yet
	Source     string // the peer's address without its port
	Method     string
	Path       string

	// Memory is that of the connection; nil if nothing outlasts the moment.
	Memory *Memory

	// Words is what a condition has made of the subject, for those that are asked after
	// it; nil before the first.
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
