package fault

import (
	"fmt"
	"slices"
)

// A Point is a moment at which an edge asks whether something shall go wrong.
type Point uint8

// The points. What is known at each stands beside it: a rule can only look at
// what is known.
const (
	// AtAccept: a connection was accepted. Its listener and its source are known.
	AtAccept Point = iota
	// AtHandshake: the certificate for TLS is chosen. As AtAccept.
	AtHandshake
	// AtOpening: TLS is done with a provider, and no frame was sent. As AtAccept.
	AtOpening
	// AtRequest: a provider's request was read and judged, and neither handed on
	// nor answered. All of Subject is known but what was refused before.
	AtRequest
	// AtLogin: a device asks to be let in. Its id, and with it its space, is known if
	// it has proven it.
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
	// knows are the words of Where that have a meaning there; nil is all but those
	// in lacks.
	knows, lacks []string
	// repeats says that one connection may come there more than once.
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

// knownAt reports whether a word of Where has a meaning at a point.
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

// A Listener says which kind of peers a connection is for.
type Listener string

// The listeners.
const (
	ProviderListener Listener = "provider"
	ChannelListener  Listener = "channels" // channel management
	DeviceListener   Listener = "device"
)

var listeners = []string{string(ProviderListener), string(ChannelListener), string(DeviceListener)}
