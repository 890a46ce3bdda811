// Package controlapi has the words in which spaces and devices are ordered and
// described: by the control API in JSON, and by programs in Go. The words are
// here so that those who order and those who deliver need not know each other.
package controlapi

import (
	"errors"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// What an order may be refused for, besides its own mistakes.
var (
	// ErrNotFound says that something is not there; the error that wraps it says
	// what.
	ErrNotFound = errors.New("there is no such")
	// ErrTaken says that there is one already.
	ErrTaken = errors.New("there is one already")
	// ErrFaults says that faults in force have kept something from being done in time;
	// the error that wraps it names them.
	ErrFaults = errors.New("faults in force prevent it")
)

// A SpaceOrder says what a new space shall have. Its zero value orders a useful
// one.
type SpaceOrder struct {
	Team        string   `json:"team,omitempty" maxLength:"64" doc:"Team ID, which is also the name of the space; generated if absent"`
	Topics      []string `json:"topics,omitempty" maxItems:"100" doc:"Bundle IDs of the apps; default com.example.app. Other spaces may use the same ones"`
	Devices     *int     `json:"devices,omitempty" minimum:"0" maximum:"5000" doc:"Number of devices, each with all apps; default 1"`
	Environment string   `json:"environment,omitempty" enum:"production,sandbox" doc:"Environment of the devices; default production"`
	P12Password string   `json:"p12Password,omitempty" doc:"Password for a PKCS#12 file with the certificate; without it there is no such file"`
}

// A Space is a space of its own: a team, what it pushes with, and what it pushes
// to.
type Space struct {
	Team        string    `json:"team" doc:"Team ID, which is also the name of the space"`
	Created     time.Time `json:"created" doc:"When it was created"`
	Time        time.Time `json:"time" doc:"Time of its clock"`
	KeyID       string    `json:"keyId,omitempty" doc:"ID of the first authentication key"`
	Topics      []string  `json:"topics" doc:"Bundle IDs of the apps"`
	DeviceCount int       `json:"deviceCount" doc:"Number of devices"`
}

// A CreatedSpace is a space with what is told but once.
type CreatedSpace struct {
	Space
	Key         string            `json:"key" doc:"Authentication key, the text of a .p8 file"`
	Certificate string            `json:"certificate" doc:"Provider certificate for the first app, with its key, PEM"`
	P12         string            `json:"p12,omitempty" doc:"The certificate and its key as PKCS#12, base64"`
	CA          string            `json:"ca" doc:"Root certificate to trust, PEM"`
	Devices     []Device          `json:"devices" doc:"Devices of the space"`
	Variables   map[string]string `json:"variables" doc:"Environment variables for a program under test"`
}

// A Team is a team of the developer portal.
type Team struct {
	Team string   `json:"team" doc:"Team ID"`
	Own  bool     `json:"space" doc:"Whether it has its own space"`
	Apps []string `json:"apps" doc:"Bundle IDs of the apps"`
	Keys []Key    `json:"keys" doc:"Authentication keys"`

	Suspended bool `json:"suspended,omitempty" doc:"Whether its pushes are answered Forbidden"`
}

// A Key is an authentication key.
type Key struct {
	ID           string   `json:"keyId" doc:"Key ID, the kid of a provider token"`
	Environments []string `json:"environments,omitempty" doc:"Environments it is restricted to; absent for both"`
	Topics       []string `json:"topics,omitempty" doc:"Topics it is restricted to; absent for all topics of the team"`
	P8           string   `json:"key,omitempty" doc:"Text of the .p8 file; only in the response that creates the key"`
}

// An InspectedProviderToken is what would become of a provider token now.
type InspectedProviderToken struct {
	Environment string `json:"environment" doc:"Environment of the check: production or sandbox"`
	Accepted    bool   `json:"accepted" doc:"Whether the first push of a connection with this token is accepted"`
	Signature   string `json:"signature" enum:"good,bad,unchecked" doc:"Result of the signature check; unchecked if the key is unknown"`
	Reason      string `json:"reason,omitempty" doc:"Reason of the rejection"`
	Detail      string `json:"detail,omitempty" doc:"Explanation"`
}

// A DeviceOrder says what a new device shall have.
type DeviceOrder struct {
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
	Environment string        `json:"environment,omitempty" doc:"production or sandbox; absent for an offline device outside, which may be in either"`
	Virtual     bool          `json:"virtual" doc:"Whether it runs inside the simulator"`
	Online      bool          `json:"online" doc:"Whether it is connected to the courier"`
	Power       string        `json:"power,omitempty" doc:"Power state of a virtual device: on, unlocked, locked or asleep"`
	LowPower    bool          `json:"lowPower,omitempty" doc:"Low power mode: pushes of priority 5 and 1 wait"`
	Remote      string        `json:"remote,omitempty" doc:"Address of a device outside"`
	Hardware    string        `json:"hardware,omitempty" doc:"Hardware model from its login, such as iPhone17,1; like the next four fields only of devices outside"`
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
	Key         int           `json:"key" doc:"Age of the token key, in rotations; 0 is the current key"`
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

// A Channel is a broadcast channel. Of one that is ordered, only the topic has to
// be given.
type Channel struct {
	ID          string    `json:"id,omitempty" readOnly:"true" doc:"apns-channel-id, base64"`
	Team        string    `json:"team,omitempty" maxLength:"64" doc:"Team; default: the default team"`
	Topic       string    `json:"topic" doc:"Bundle ID of the app"`
	Environment string    `json:"environment,omitempty" enum:"production,sandbox" doc:"Environment; default production"`
	Stores      bool      `json:"stores,omitempty" doc:"Whether it stores the most recent message for devices that subscribe later"`
	Created     time.Time `json:"created,omitzero" readOnly:"true" doc:"When it was created"`
	Subscribers int       `json:"subscribers,omitempty" readOnly:"true" doc:"Number of connected devices that subscribe to it"`
}

// A Connection is an open connection of a provider or a device.
type Connection struct {
	ID          uint64        `json:"id,omitempty" doc:"Number of a provider's connection; absent for a device's connection, which is identified by its device"`
	Kind        string        `json:"kind" doc:"provider, channels or device"`
	Remote      string        `json:"remote" doc:"Address of the client"`
	Environment string        `json:"environment,omitempty" doc:"production or sandbox; absent while unknown"`
	Space       string        `json:"space,omitempty" doc:"Team of the connection; absent while unknown"`
	Certificate string        `json:"certificate,omitempty" doc:"Topic of the provider certificate"`
	Device      apns.DeviceID `json:"device,omitzero" doc:"Device of a device's connection"`
	Since       time.Time     `json:"since" doc:"When it was opened"`
	Requests    int64         `json:"requests,omitempty" doc:"Number of requests on a provider's connection"`
	TLS         *TLSState     `json:"tls,omitempty" doc:"TLS of the connection"`
	HTTP2       *HTTP2State   `json:"http2,omitempty" doc:"HTTP/2 of a provider's connection"`

	DeviceCertificate *DeviceCertificate `json:"deviceCertificate,omitempty" doc:"Certificate of the device of a device's connection"`
}
