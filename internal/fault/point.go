package fault

import "fmt"

// A Point is a moment at which an edge asks whether something shall go wrong.
type Point uint8

// The points. What is known at each stands beside it: a rule can only look at
// what is known.
const (
	// AtAccept: a connection was accepted. Its door and its source are known.
	AtAccept Point = iota
	// AtHandshake: the certificate for TLS is chosen. As AtAccept.
	AtHandshake
	// AtOpening: TLS is done with a provider, and no frame was sent. As AtAccept.
	AtOpening
	// AtRequest: a provider's request was read and judged, and neither handed on
	// nor answered. All of Subject is known but what was refused before.
	AtRequest
	// AtLogin: a device asks to be let in. Its id is known if it has proven it.
	AtLogin
	// AtDelivery: a push is about to be written to its device.
	AtDelivery
	// AtKeepalive: a device has sent a keepalive.
	AtKeepalive
	pointCount
)

// points is the one table of points.
var points = [pointCount]struct {
	name   string
	pushes bool // there is a push, with its team, topic and token
}{
	AtAccept:    {"accept", false},
	AtHandshake: {"handshake", false},
	AtOpening:   {"opening", false},
	AtRequest:   {"request", true},
	AtLogin:     {"login", false},
	AtDelivery:  {"delivery", true},
	AtKeepalive: {"keepalive", false},
}

// String returns the point's name.
func (p Point) String() string {
	if p < pointCount {
		return points[p].name
	}
	return fmt.Sprintf("Point(%d)", uint8(p))
}

// A Door says which kind of peers a connection is for.
type Door string

// The doors.
const (
	ProviderDoor Door = "provider"
	ChannelDoor  Door = "channels" // channel management
	DeviceDoor   Door = "device"
)

var doors = []string{string(ProviderDoor), string(ChannelDoor), string(DeviceDoor)}
