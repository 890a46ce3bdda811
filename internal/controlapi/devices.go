package controlapi

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A CreateDevicesRequest is a request for new virtual devices.
type CreateDevicesRequest struct {
	Team        string   `json:"team,omitempty" maxLength:"64" doc:"Team whose apps it has; default: the default team"`
	Topics      []string `json:"topics,omitempty" maxItems:"100" doc:"Bundle IDs of the apps; default: the first 20 apps of the team"`
	Environment string   `json:"environment,omitempty" enum:"production,sandbox" doc:"Environment; default production"`
	Count       int      `json:"count,omitempty" minimum:"1" maximum:"5000" doc:"Number of devices to create; default 1"`
	Offline     bool     `json:"offline,omitempty" doc:"Take the devices offline once their apps have tokens"`
}

// A Device is what is known of a device.
type Device struct {
	ID          apns.DeviceID `json:"id" doc:"Device ID, hex"`
	Team        string        `json:"team,omitempty" doc:"Team it was created for"`
	Space       string        `json:"space,omitempty" doc:"Space of the device; absent for the default space"`
	Environment string        `json:"environment,omitempty" doc:"production or sandbox; absent for an offline external device, which may be in either"`
	Virtual     bool          `json:"virtual" doc:"Whether it runs inside the simulator"`
	Online      bool          `json:"online" doc:"Whether it is connected to the courier"`
	Power       string        `json:"power,omitempty" doc:"Power state of a virtual device: on, unlocked, locked or asleep"`
	LowPower    bool          `json:"lowPower,omitempty" doc:"Low power mode: pushes of priority 5 and 1 wait"`
	Remote      string        `json:"remote,omitempty" doc:"Address of an external device"`
	Hardware    string        `json:"hardware,omitempty" doc:"Hardware model from its login, such as iPhone17,1; like the next four fields only of external devices"`
	OS          string        `json:"os,omitempty" doc:"OS version and build"`
	Carrier     string        `json:"carrier,omitempty" doc:"WiFi, or the MCC and MNC of the mobile network"`
	Protocol    uint16        `json:"protocolVersion,omitempty" doc:"Version of the courier protocol"`
	Flags       uint32        `json:"presenceFlags,omitempty" doc:"Flags of its login; their meaning is unknown"`
	Apps        []DeviceApp   `json:"apps,omitempty" doc:"Apps of a virtual device"`
	Inbox       int           `json:"inbox,omitempty" doc:"Number of notifications in the inbox of a virtual device"`
}

// A Redirection sends a device to another courier.
type Redirection struct {
	Host   string `json:"host" maxLength:"253" doc:"Name or address of the courier, without port"`
	Reason string `json:"reason,omitempty" maxLength:"1024" doc:"Text sent to the device"`
}

// A DeviceApp is an app on a device.
type DeviceApp struct {
	Topic string `json:"topic" doc:"Bundle ID"`
	Token string `json:"token,omitempty" doc:"Device token, hex; absent until the courier has issued one"`

	Forbidden bool `json:"forbidden,omitempty" doc:"Whether the user has forbidden its notifications: pushes to it are accepted and dropped"`
}

// A DecryptedToken is what a device token says to APNs, which alone can decrypt it.
type DecryptedToken struct {
	Record      string        `json:"record" doc:"Decrypted content, 16 bytes in hex: flags, device, topic tag, retirement counter"`
	Base        bool          `json:"base" doc:"Whether it is the base token of the device, without a topic"`
	Environment string        `json:"environment" doc:"production or sandbox"`
	User        int           `json:"user" doc:"User of the device; 0 on most devices"`
	Device      apns.DeviceID `json:"device" doc:"Device ID, hex"`
	TopicTag    string        `json:"topicTag,omitempty" doc:"First 4 bytes of the SHA-1 of the topic, hex"`
	Topic       string        `json:"topic,omitempty" doc:"Registered topic with this tag"`
	Retirements uint32        `json:"retirements" doc:"Retirement counter of the device when the token was encrypted"`
	Key         int           `json:"key" doc:"Age of the device-token key, in rotations; 0 is the current key"`
	Retired     time.Time     `json:"retired,omitzero" doc:"When it was retired; absent if it is valid"`
	Reported    time.Time     `json:"reported,omitzero" doc:"From when on providers are answered Unregistered; absent if never"`
	Expired     bool          `json:"expired,omitempty" doc:"Whether it was retired because it expired"`
}

// A Received is a notification in the inbox of a virtual device.
type Received struct {
	Number        uint64    `json:"number" doc:"Number of the notification in the inbox, from 1"`
	Topic         string    `json:"topic" doc:"Topic of the app"`
	Token         string    `json:"token" doc:"Device token it was sent to, hex"`
	Channel       string    `json:"channel,omitempty" doc:"Broadcast channel, base64"`
	Payload       any       `json:"payload" doc:"Decoded payload; null if it is not JSON"`
	PayloadBase64 string    `json:"payloadBase64" doc:"Payload, byte for byte, base64"`
	Priority      int       `json:"priority" doc:"10, 5 or 1"`
	FromStorage   bool      `json:"fromStorage" doc:"Whether it was stored while the device was offline"`
	Accepted      time.Time `json:"accepted" doc:"When APNs accepted it"`
	Expires       time.Time `json:"expires,omitzero" doc:"When its storage ends; absent if it is not stored"`
	At            time.Time `json:"at" doc:"When the device received it"`
}
