package fault

import "github.com/apns-sim/apns-sim/apns"

// A Subject is what is happening at a point, as far as it is known there.
type Subject struct {
	Door        Door
	Environment apns.Environment
	Connection  uint64 // its number; 0 if it has none yet
	Source      string // the peer's address without its port

	// Of a request or a push.
	Team     string // "" if the request was refused before it was known
	Topic    string
	Token    apns.DeviceToken
	PushType apns.PushType
	ID       string // apns-id
	Method   string
	Path     string
	Payload  []byte

	// Of a login, a delivery, or a push whose device token opens.
	Device apns.DeviceID
}
