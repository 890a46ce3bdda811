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
	Team        string   `json:"team,omitempty" maxLength:"64" doc:"The team ID, which is the name of the space; one is made up if there is none"`
	Topics      []string `json:"topics,omitempty" maxItems:"100" doc:"The bundle IDs of its apps; com.example.app if there is none. Another space may have the same ones"`
	Devices     *int     `json:"devices,omitempty" minimum:"0" maximum:"5000" doc:"How many devices it has, each with all apps; 1 if nothing is said"`
	Environment string   `json:"environment,omitempty" enum:"production,sandbox" doc:"Where its devices live; production if nothing is said"`
	P12Password string   `json:"p12Password,omitempty" doc:"Asks for the certificate as PKCS#12 too, under this password"`
}

// A Space is a space of its own: a team, what it pushes with, and what it pushes
// to.
type Space struct {
	Team        string    `json:"team" doc:"The team ID, which is the name of the space"`
	Created     time.Time `json:"created" doc:"When it was made"`
	Time        time.Time `json:"time" doc:"What time it is there"`
	KeyID       string    `json:"keyId,omitempty" doc:"The ID of its first authentication key"`
	Topics      []string  `json:"topics" doc:"The bundle IDs of its apps"`
	DeviceCount int       `json:"deviceCount" doc:"How many devices are there"`
}

// A CreatedSpace is a space with what is told but once.
type CreatedSpace struct {
	Space
	Key         string            `json:"key" doc:"The authentication key, as the text of a .p8 file"`
	Certificate string            `json:"certificate" doc:"A provider certificate for the first app, with its key, PEM"`
	P12         string            `json:"p12,omitempty" doc:"The same as PKCS#12, base64"`
	CA          string            `json:"ca" doc:"The root certificate to trust, PEM"`
	Devices     []Device          `json:"devices" doc:"Its devices"`
	Variables   map[string]string `json:"variables" doc:"Environment variables for a program under test"`
}

// A Team is a team of the developer portal.
type Team struct {
	Team string   `json:"team" doc:"The team ID"`
	Own  bool     `json:"space" doc:"It lives in a space of its own"`
	Apps []string `json:"apps" doc:"The bundle IDs of its apps"`
	Keys []Key    `json:"keys" doc:"Its authentication keys"`

	Suspended bool `json:"suspended,omitempty" doc:"Its pushes are answered Forbidden"`
}

// A Key is an authentication key.
type Key struct {
	ID           string   `json:"keyId" doc:"The key ID, the kid of a provider token"`
	Environments []string `json:"environments,omitempty" doc:"Those it is restricted to; both if there is none"`
	Topics       []string `json:"topics,omitempty" doc:"Those it is restricted to; all of the team if there is none"`
	P8           string   `json:"key,omitempty" doc:"The text of its .p8 file; told when the key is made, and never again"`
}

// An InspectedProviderToken is what would become of a provider token now.
type InspectedProviderToken struct {
	Environment string `json:"environment" doc:"Where it would be used: production or sandbox"`
	Accepted    bool   `json:"accepted" doc:"It would be accepted with the first push of a connection"`
	Signature   string `json:"signature" enum:"good,bad,unchecked" doc:"What the signature is worth; unchecked if the key is not known"`
	Reason      string `json:"reason,omitempty" doc:"The reason with which it would be refused"`
	Detail      string `json:"detail,omitempty" doc:"Why, in words"`
}

// A DeviceOrder says what a new device shall have.
type DeviceOrder struct {
	Team        string   `json:"team,omitempty" maxLength:"64" doc:"The team whose apps it has; the default team if there is none"`
	Topics      []string `json:"topics,omitempty" maxItems:"100" doc:"The bundle IDs of its apps; if there is none, those of the team, the 20 that were added first at most"`
	Environment string   `json:"environment,omitempty" enum:"production,sandbox" doc:"Where it lives; production if nothing is said"`
	Count       int      `json:"count,omitempty" minimum:"1" maximum:"5000" doc:"How many to make; 1 if nothing is said"`
	Offline     bool     `json:"offline,omitempty" doc:"Take it offline once its apps have their tokens"`
}

// A Device is what is known of a device.
type Device struct {
	ID          apns.DeviceID `json:"id" doc:"The id of the device, hex"`
	Team        string        `json:"team,omitempty" doc:"The team it was made for"`
	Space       string        `json:"space,omitempty" doc:"The space it is in, if it is in one"`
	Environment string        `json:"environment,omitempty" doc:"production or sandbox; absent if the device is away and not a virtual one, since it may be in either"`
	Virtual     bool          `json:"virtual" doc:"It lives inside the simulator"`
	Online      bool          `json:"online" doc:"It is connected to the courier"`
	Power       string        `json:"power,omitempty" doc:"on, unlocked, locked or asleep; of virtual devices"`
	LowPower    bool          `json:"lowPower,omitempty" doc:"It saves power: pushes of priority 5 and 1 wait"`
	Remote      string        `json:"remote,omitempty" doc:"Where it connects from; of devices outside"`
	Hardware    string        `json:"hardware,omitempty" doc:"What it says it is, as iPhone17,1; of devices outside, as the next four"`
	OS          string        `json:"os,omitempty" doc:"The version of its system, with the build"`
	Carrier     string        `json:"carrier,omitempty" doc:"WiFi, or the mobile network by MCC and MNC"`
	Protocol    uint16        `json:"protocolVersion,omitempty" doc:"The version of the courier protocol it speaks"`
	Flags       uint32        `json:"presenceFlags,omitempty" doc:"The flags of its login, whose meaning is unknown"`
	Apps        []DeviceApp   `json:"apps,omitempty" doc:"Its apps; of virtual devices"`
	Inbox       int           `json:"inbox,omitempty" doc:"How many notifications are in its inbox; of virtual devices"`
}

// A Redirection sends a device to another courier.
type Redirection struct {
	Host   string `json:"host" maxLength:"253" doc:"The name or address of the courier, without port"`
	Reason string `json:"reason,omitempty" maxLength:"1024" doc:"Told to the device along with it"`
}

// A DeviceApp is an app on a device.
type DeviceApp struct {
	Topic string `json:"topic" doc:"The bundle ID"`
	Token string `json:"token,omitempty" doc:"The device token to push to, hex; none until the courier has given one"`
}

// An OpenedToken is what a device token says to APNs, which alone can open it.
type OpenedToken struct {
	Record      string        `json:"record" doc:"What was sealed, 16 bytes in hex: flags, device, tag of the topic, retirements"`
	Base        bool          `json:"base" doc:"It is the device's own and names no topic"`
	Environment string        `json:"environment" doc:"production or sandbox"`
	User        int           `json:"user" doc:"Which user of the device; 0 on most"`
	Device      apns.DeviceID `json:"device" doc:"The id of the device, hex"`
	TopicTag    string        `json:"topicTag,omitempty" doc:"The first 4 bytes of the SHA-1 of the topic, hex"`
	Topic       string        `json:"topic,omitempty" doc:"The topic that has this tag, if it is of a registered app"`
	Retirements uint32        `json:"retirements" doc:"How many times tokens of the device had been retired, up to the last time that concerned this one, when it was sealed"`
	Key         int           `json:"key" doc:"The age of the key that sealed it, in rotations; 0 is the one that seals now"`
	Retired     time.Time     `json:"retired,omitzero" doc:"Since when it is retired; absent while it is good"`
	Reported    time.Time     `json:"reported,omitzero" doc:"From when on providers are answered Unregistered; absent if never"`
	Expired     bool          `json:"expired,omitempty" doc:"It was retired because of its age"`
}

// A Received is a notification in the inbox of a virtual device.
type Received struct {
	Number        uint64    `json:"number" doc:"Numbers what the device received, from 1"`
	Topic         string    `json:"topic" doc:"The app it is for"`
	Token         string    `json:"token" doc:"The device token it was sent to, hex"`
	Channel       string    `json:"channel,omitempty" doc:"The broadcast channel it came through, base64"`
	Payload       any       `json:"payload" doc:"The payload, decoded; null if it is not JSON"`
	PayloadBase64 string    `json:"payloadBase64" doc:"The payload byte for byte, base64"`
	Priority      int       `json:"priority" doc:"10, 5 or 1"`
	FromStorage   bool      `json:"fromStorage" doc:"It waited while the device was away"`
	Accepted      time.Time `json:"accepted" doc:"When APNs took it"`
	Expires       time.Time `json:"expires,omitzero" doc:"Until when APNs would have kept it; absent if not at all"`
	At            time.Time `json:"at" doc:"When the device received it"`
}

// A Channel is a broadcast channel. Of one that is ordered, only the topic has to
// be given.
type Channel struct {
	ID          string    `json:"id,omitempty" readOnly:"true" doc:"The apns-channel-id, base64"`
	Team        string    `json:"team,omitempty" maxLength:"64" doc:"The team; the default one if there is none"`
	Topic       string    `json:"topic" doc:"The bundle ID of its app"`
	Environment string    `json:"environment,omitempty" enum:"production,sandbox" doc:"Where it is; production if nothing is said"`
	Stores      bool      `json:"stores,omitempty" doc:"It keeps the most recent message for devices that come later"`
	Created     time.Time `json:"created,omitzero" readOnly:"true" doc:"When it was made"`
}

// A Connection is an open connection of a provider or a device.
type Connection struct {
	ID          uint64        `json:"id,omitempty" doc:"Numbers the connections of providers; that of a device is named by its device"`
	Kind        string        `json:"kind" doc:"provider, channels or device"`
	Remote      string        `json:"remote" doc:"The address of the peer"`
	Environment string        `json:"environment,omitempty" doc:"production or sandbox; absent until it is known"`
	Space       string        `json:"space,omitempty" doc:"The team it is bound to; absent until it is known"`
	Certificate string        `json:"certificate,omitempty" doc:"The topic of the provider certificate"`
	Device      apns.DeviceID `json:"device,omitzero" doc:"The device, of a device's connection"`
	Since       time.Time     `json:"since" doc:"When it was opened"`
	Requests    int64         `json:"requests,omitempty" doc:"How many requests it has made, of a provider's connection"`
}
