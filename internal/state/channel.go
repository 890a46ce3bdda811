package state

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Channel is a broadcast channel.
type Channel struct {
	// ID is the channel ID, base64.
	ID string `json:"id,omitempty"`
	// Space is the team in whose space the app is; "" is the default space.
	Space       string           `json:"space,omitempty"`
	Topic       string           `json:"topic"`
	Environment apns.Environment `json:"environment,omitempty"`
	// Stores says that it keeps the most recent message.
	Stores  bool      `json:"stores,omitempty"`
	Created time.Time `json:"created,omitzero"`
	// Checkpoint is that of the newest message when the channel was saved, in nanoseconds since
	// 1970.
	Checkpoint uint64 `json:"checkpoint,omitempty"`
	// Message is the kept message.
	Message *Message `json:"message,omitempty"`
}

// Kind is that of channels.
func (Channel) Kind() Kind { return Channels }

// Key is the channel ID.
func (c Channel) Key() string { return c.ID }

// Check reports what is missing.
func (c Channel) Check() error { return required("topic", c.Topic) }

// A Message is the message that a channel keeps.
type Message struct {
	Notification

	// Checkpoint is when it was accepted, in nanoseconds since 1970.
	Checkpoint uint64 `json:"checkpoint"`
	// Until is when the channel stops keeping it.
	Until time.Time `json:"until"`
}

// A Notification is a push as the provider asked for it.
type Notification struct {
	ID          string           `json:"apnsId"`
	UniqueID    string           `json:"uniqueId,omitempty"`
	Team        string           `json:"team,omitempty"`
	Environment apns.Environment `json:"environment"`
	Token       apns.DeviceToken `json:"token,omitempty"`
	Channel     string           `json:"channel,omitempty"`
	Topic       string           `json:"topic"`
	PushType    apns.PushType    `json:"pushType,omitempty"`
	Priority    apns.Priority    `json:"priority,omitempty"`
	Expiration  apns.Expiration  `json:"expiration"`
	CollapseID  string           `json:"collapseId,omitempty"`
	Payload     Bytes            `json:"payload"`
}

// Of returns the form of a notification.
func Of(n *apns.Notification) Notification {
	return Notification{
		ID: n.ID, UniqueID: n.UniqueID, Team: n.TeamID, Environment: n.Environment, Token: n.Token, Channel: n.Channel, Topic: n.Topic,
		PushType: n.PushType, Priority: n.Priority, Expiration: n.Expiration, CollapseID: n.CollapseID, Payload: Bytes(n.Payload),
	}
}

// Push returns the notification.
func (n *Notification) Push() *apns.Notification {
	return &apns.Notification{
		ID: n.ID, UniqueID: n.UniqueID, TeamID: n.Team, Environment: n.Environment, Token: n.Token, Channel: n.Channel, Topic: n.Topic,
		PushType: n.PushType, Priority: n.Priority, Expiration: n.Expiration, CollapseID: n.CollapseID, Payload: []byte(n.Payload),
	}
}

// A Fault is a fault rule with its counts.
type Fault struct {
	// Number is the position among the rules.
	Number uint64 `json:"number,omitempty"`
	// Rule is the rule as the control API has it.
	Rule json.RawMessage `json:"rule"`
	// Matched and Hits are how often it has matched and applied.
	Matched int `json:"matched,omitempty"`
	Hits    int `json:"hits,omitempty"`
}

// Kind is that of faults.
func (Fault) Kind() Kind { return Faults }

// Key is the order.
func (f Fault) Key() string { return fmt.Sprintf("%020d", f.Number) }

// Check reports what is missing.
func (f Fault) Check() error {
	if len(f.Rule) == 0 {
		return missing("rule")
	}
	return nil
}
