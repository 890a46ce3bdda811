package filters

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Attributes is what filters are compared with: a push or an event, as far as it is known.
// An unknown field has its zero value and matches no filter.
type Attributes struct {
	// Space is the team ID.
	Space       string
	Environment apns.Environment
	Topic       string
	Token       apns.DeviceToken
	Device      apns.DeviceID
	// Channel is the id of a broadcast channel.
	Channel    string
	PushType   apns.PushType
	Priority   apns.Priority
	CollapseID string
	// ID and UniqueID are apns-id and apns-unique-id.
	ID, UniqueID string
	// States are those that the push has reached.
	States States
	// Status is that of the response, 0 before there is one.
	Status int
	Reason apns.Reason
	// At is when it came in.
	At      time.Time
	Payload []byte
}
