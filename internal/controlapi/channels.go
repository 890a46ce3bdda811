package controlapi

import "time"

// A Channel is a broadcast channel. A request for a new one needs only the topic.
type Channel struct {
	ID          string    `json:"id,omitempty" readOnly:"true" doc:"apns-channel-id, base64"`
	Team        string    `json:"team,omitempty" maxLength:"64" doc:"Team; default: the default team"`
	Topic       string    `json:"topic" doc:"Bundle ID of the app"`
	Environment string    `json:"environment,omitempty" enum:"production,sandbox" doc:"Environment; default production"`
	Stores      bool      `json:"stores,omitempty" doc:"Whether it stores the most recent message for devices that subscribe later"`
	Created     time.Time `json:"created,omitzero" readOnly:"true" doc:"When it was created"`
	Subscribers int       `json:"subscribers,omitempty" readOnly:"true" doc:"Number of connected devices that subscribe to it"`
}
