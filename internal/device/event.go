package device

import (
	"strconv"

	"github.com/apns-sim/apns-sim/apns"
)

// An EventKind says what an [Event] is about.
type EventKind uint8

// The events of a device.
const (
	// EventConnected: the courier has accepted the login.
	EventConnected EventKind = iota + 1
	// EventDisconnected: an accepted connection has ended. Err says why; it is nil
	// if the device itself wanted it.
	EventDisconnected
	// EventConnectFailed: an attempt to connect has failed with Err. Another one
	// follows.
	EventConnectFailed
	// EventIdentityRejected: the courier does not take the certificate or the base
	// token. The device has dropped the token and comes back without it.
	EventIdentityRejected
	// EventBaseToken: the courier has issued the base token Token; Previous is the
	// one it replaces. All app tokens are void and are asked for again.
	EventBaseToken
	// EventToken: the app of Topic has got Token, Previous being an earlier one.
	EventToken
	// EventTokenRejected: the courier gave the app of Topic no token; see Status.
	EventTokenRejected
	// EventNotification: Notification came, was acknowledged as delivered and is
	// for the app.
	EventNotification
	// EventNotificationRejected: a notification was acknowledged with a Status other than
	// delivered, and not passed to an app. Topic is empty if the device does not know it.
	EventNotificationRejected
	// EventErased: [Device.Erase] has taken effect. The new identity comes next.
	EventErased
	// EventSubscribed: the courier has accepted the subscription of Topic to
	// Channel. It happens on each connection.
	EventSubscribed
	// EventSubscriptionEnded: the courier has ended the subscription of Topic to
	// Channel; Err says why.
	EventSubscriptionEnded
	// EventIdentity: [Config.Renew] gave the device another identity, and another id.
	EventIdentity
	// EventGivenUp: the courier kept rejecting the identity, with Err. The device is
	// offline until [Device.Connect]. See [Config.RetryAfterRejection].
	EventGivenUp
	// EventRenewFailed: [Config.Renew] has failed with Err. It is called again. See
	// [Config.RetryRenew].
	EventRenewFailed
)

// eventNames are for logs.
var eventNames = [...]string{
	EventConnected:            "connected",
	EventDisconnected:         "disconnected",
	EventConnectFailed:        "connect failed",
	EventIdentityRejected:     "identity refused",
	EventBaseToken:            "base token",
	EventToken:                "token",
	EventTokenRejected:        "token refused",
	EventNotification:         "notification",
	EventNotificationRejected: "turned away",
	EventErased:               "erased",
	EventSubscribed:           "subscribed",
	EventSubscriptionEnded:    "subscription ended",
	EventIdentity:             "identity",
	EventGivenUp:              "given up",
	EventRenewFailed:          "renew failed",
}

// String gives the event's name.
func (k EventKind) String() string {
	if int(k) < len(eventNames) && eventNames[k] != "" {
		return eventNames[k]
	}
	return "event " + strconv.Itoa(int(k))
}

// An Event is something that happened to the device. Each kind says which fields
// it sets.
type Event struct {
	Kind         EventKind
	Topic        string
	Channel      ChannelID
	Token        apns.DeviceToken
	Previous     apns.DeviceToken
	Notification Notification
	// Status is a status of an ack or of a token response.
	Status uint8
	Err    error
}

// emit calls OnEvent, from the goroutine that runs the device.
func (d *Device) emit(e Event) {
	if d.cfg.OnEvent == nil {
		return
	}
	d.callbacks.Lock()
	defer d.callbacks.Unlock()
	d.cfg.OnEvent(e)
}
