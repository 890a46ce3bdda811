package state

import (
	"fmt"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A Device is a virtual device.
type Device struct {
	ID apns.DeviceID `json:"id,omitzero"`
	// Name tells the devices of a seed apart; "" for others.
	Name        string           `json:"name,omitempty"`
	Team        string           `json:"team,omitempty"`
	Environment apns.Environment `json:"environment,omitempty"`
	// Number is the position in the order of creation.
	Number uint64 `json:"number,omitempty"`
	// Count is how many such devices a seed asks for; 0 means one.
	Count int `json:"count,omitempty"`
	// Topics are the apps that the device was created with, and has again after a reset.
	Topics []string `json:"topics,omitempty"`
	// Apps are those it has, in the order of installation.
	Apps []DeviceApp `json:"apps,omitempty"`
	// Offline says that it is not connected.
	Offline bool `json:"offline,omitempty"`
	// ResetOffline says that a reset takes it offline.
	ResetOffline bool `json:"resetOffline,omitempty"`
	// KeepAll says that its inbox is not limited.
	KeepAll bool `json:"keepAll,omitempty"`
	// Power is its power state: on, unlocked, locked or asleep; "" is on.
	Power string `json:"power,omitempty"`
	// Former are the IDs it had before it was erased or revoked.
	Former []apns.DeviceID `json:"former,omitempty"`
	// Token is the base token, Certificate and PrivateKey (PKCS #8) are DER. They are absent
	// until the device has them.
	Token       apns.DeviceToken `json:"token,omitempty"`
	Certificate []byte           `json:"certificate,omitempty"`
	PrivateKey  []byte           `json:"privateKey,omitempty"`
	// Channels are the subscriptions of its apps.
	Channels []Subscription `json:"channels,omitempty"`
	// Received is the number of the newest notification in its inbox.
	Received uint64 `json:"received,omitempty"`
	// Cleared is the number of the newest notification when its inbox was last cleared.
	Cleared uint64 `json:"cleared,omitempty"`
}

// A DeviceApp is an app on a device.
type DeviceApp struct {
	Topic string           `json:"topic"`
	Token apns.DeviceToken `json:"token,omitempty"`
	// Forbidden says that the user has disallowed its notifications.
	Forbidden bool `json:"forbidden,omitempty"`
}

// A Subscription is that of an app to a channel.
type Subscription struct {
	Topic string `json:"topic"`
	// Channel is the channel ID, base64.
	Channel string `json:"channel"`
	// Checkpoint is that of the newest message received, in nanoseconds since 1970.
	Checkpoint uint64 `json:"checkpoint,omitempty"`
}

// Kind is that of devices.
func (Device) Kind() Kind { return Devices }

// Key is the number, since the ID may change.
func (d Device) Key() string { return fmt.Sprintf("%020d", d.Number) }

// A Member is a device in a space.
type Member struct {
	Device apns.DeviceID `json:"device"`
	Space  string        `json:"space"`
	// Left says that the device was removed; its tokens stay in the space.
	Left bool `json:"left,omitempty"`
}

// Kind is that of members.
func (Member) Kind() Kind { return Members }

// Key is the device ID.
func (m Member) Key() string { return m.Device.String() }

// Check reports what is missing.
func (m Member) Check() error { return required("space", m.Space) }

// A Revocation says that a device is not let in, with whatever certificate of its key.
type Revocation struct {
	Device apns.DeviceID `json:"device"`
}

// Kind is that of revocations.
func (Revocation) Kind() Kind { return Revocations }

// Key is the device ID.
func (r Revocation) Key() string { return r.Device.String() }

// A LowPower says that a device is in low power mode.
type LowPower struct {
	Environment apns.Environment `json:"environment,omitempty"`
	Device      apns.DeviceID    `json:"device"`
}

// Kind is that of devices in low power mode.
func (LowPower) Kind() Kind { return LowPowers }

// Key is environment and device.
func (p LowPower) Key() string { return fmt.Sprintf("%v/%v", p.Environment, p.Device) }

// A Retirement is the moment from which the tokens of a device or of an app on it are no
// longer valid.
type Retirement struct {
	Environment apns.Environment `json:"environment"`
	Device      apns.DeviceID    `json:"device"`
	// Epoch numbers the retirements of a device, from 1.
	Epoch uint32 `json:"epoch"`
	// TopicTag is the beginning of the hash of the app's topic, hex; "" if all tokens of the
	// device are retired. User is the user of the app.
	TopicTag string    `json:"topicTag,omitempty"`
	User     uint8     `json:"user,omitempty"`
	Retired  time.Time `json:"retired"`
	// Reported is from when providers are answered Unregistered; zero is never.
	Reported time.Time `json:"reported,omitzero"`
	// Expired says that the tokens have expired, and the app was not removed.
	Expired bool `json:"expired,omitempty"`
}

// Kind is that of retirements.
func (Retirement) Kind() Kind { return Retirements }

// Key is environment, device and epoch.
func (r Retirement) Key() string {
	return fmt.Sprintf("%v/%v/%08d", r.Environment, r.Device, r.Epoch)
}

// Check reports what is missing.
func (r Retirement) Check() error {
	if r.Epoch == 0 {
		return missing("epoch")
	}
	return nil
}

// A Received is a notification in the inbox of a virtual device.
type Received struct {
	// Device is the [Device.Number] of the device, Number that of the notification. A
	// notification replaces an older one that was saved in its Slot.
	Device uint64 `json:"device"`
	Number uint64 `json:"number"`
	Slot   uint64 `json:"slot,omitempty"`

	Topic       string           `json:"topic"`
	Channel     string           `json:"channel,omitempty"`
	Token       apns.DeviceToken `json:"token,omitempty"`
	Payload     Bytes            `json:"payload"`
	ProviderID  string           `json:"apnsId,omitempty"`
	Priority    apns.Priority    `json:"priority"`
	Accepted    time.Time        `json:"accepted"`
	Expires     time.Time        `json:"expires,omitzero"`
	FromStorage bool             `json:"fromStorage,omitempty"`
	At          time.Time        `json:"at"`
}

// Kind is that of inboxes.
func (Received) Kind() Kind { return Inboxes }

// Key is the device and the slot.
func (r Received) Key() string { return fmt.Sprintf("%020d/%020d", r.Device, r.Slot) }
