package apns

// A Notification is one push as the provider asked for it. It is not changed
// once APNs has accepted it.
type Notification struct {
	// ID is the apns-id, byte for byte as the provider wrote it, or the one
	// APNs made.
	ID string
	// UniqueID is the apns-unique-id, which only the sandbox has.
	UniqueID string
	// TeamID is the team whose credentials came with the push; if they were no
	// good, the one they name.
	TeamID string

	Environment Environment
	// Token is empty for a broadcast, Channel for everything else.
	Token DeviceToken
	// Channel is the id of a broadcast channel as the provider wrote it.
	Channel string
	// Topic is the apns-topic; for a broadcast, the bundle ID in the path.
	Topic string
	// PushType is empty if the provider sent none.
	PushType   PushType
	Priority   Priority
	Expiration Expiration
	CollapseID string
	// Payload is the request body, byte for byte.
	Payload []byte
}

// MaxCollapseID is the longest apns-collapse-id, in bytes.
const MaxCollapseID = 64
