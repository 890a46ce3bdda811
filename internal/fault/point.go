package fault

import (
	"fmt"
	"slices"
)

// A Point is where a server asks whether rules apply.
type Point uint8

// The points, each with what is known there. A rule may only use what is known at its
// point.
const (
	// AtAccept: a connection was accepted. Its listener and its source are known.
	AtAccept Point = iota
	// AtHandshake: the certificate for TLS is chosen. As AtAccept.
	AtHandshake
	// AtOpening: TLS is done with a provider, and no frame was sent. As AtAccept.
	AtOpening
	// AtRequest: a provider's request was read and checked, and not yet accepted or
	// answered. All attributes are known except what a failed check left unknown.
	AtRequest
	// AtLogin: a device logs in. Its id, and so its space, is known if it has proven
	// its identity.
	AtLogin
	// AtDelivery: a push is about to be written to its device.
	AtDelivery
	// AtKeepalive: a device has sent a keepalive.
	AtKeepalive
	pointCount
)

// points is the one table of points.
var points = [pointCount]struct {
	name string
	// knows are the filters of Where that apply there; nil is all but those in lacks.
	knows, lacks []string
	// repeats says that a connection may reach the point more than once.
	repeats bool
}{
	AtAccept:    {name: "accept", knows: []string{"listener", "source", "environment"}},
	AtHandshake: {name: "handshake", knows: []string{"listener", "source", "environment"}},
	AtOpening:   {name: "opening", knows: []string{"listener", "source", "environment"}},
	AtRequest:   {name: "request", repeats: true},
	AtLogin:     {name: "login", knows: []string{"listener", "source", "environment", "device", "space"}},
	AtDelivery:  {name: "delivery", lacks: []string{"connection", "path", "status", "reason"}, repeats: true},
	AtKeepalive: {name: "keepalive", knows: []string{"listener", "source", "environment", "device", "space"}, repeats: true},
}

// knownAt reports whether a filter of Where applies at a point.
func knownAt(p Point, word string) bool {
	if points[p].knows == nil {
		return !slices.Contains(points[p].lacks, word)
	}
	return slices.Contains(points[p].knows, word)
}

// String returns the point's name.
func (p Point) String() string {
	if p < pointCount {
		return points[p].name
	}
	return fmt.Sprintf("Point(%d)", uint8(p))
}

// A Listener is the kind of listener a connection was accepted on.
type Listener string

// The listeners.
const (
	ProviderListener Listener = "provider"
	ChannelListener  Listener = "channels" // channel management
	DeviceListener   Listener = "device"
)

var listeners = []string{string(ProviderListener), string(ChannelListener), string(DeviceListener)}
