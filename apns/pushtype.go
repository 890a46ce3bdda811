package apns

import "strings"

// A PushType is a value of the apns-push-type header.
type PushType string

// The eleven push types of "Sending notification requests to APNs".
const (
	Alert        PushType = "alert"
	Background   PushType = "background"
	VoIP         PushType = "voip"
	Complication PushType = "complication"
	FileProvider PushType = "fileprovider"
	MDM          PushType = "mdm"
	LiveActivity PushType = "liveactivity"
	Location     PushType = "location"
	PushToTalk   PushType = "pushtotalk"
	Widgets      PushType = "widgets"
	Controls     PushType = "controls"
)

// Payload limits in bytes of the request body.
// "The maximum payload size is 4 KB (4096 bytes), for VoIP 5 KB (5120 bytes)":
// "Generating a remote notification".
const (
	MaxPayload          = 4096
	MaxVoIPPayload      = 5120
	MaxBroadcastPayload = 5120
)

// PushTypeInfo is a row of the table of push types.
type PushTypeInfo struct {
	Type PushType
	// Suffix stands behind the bundle ID in the topic; "" for none.
	Suffix string
	// MaxPayload is the largest body, in bytes.
	MaxPayload int
	// Priorities are those that a push of the type may have.
	Priorities Priorities
	// TokenOnly says that Apple documents the type for provider tokens alone,
	// not for certificates.
	TokenOnly bool
	// Exclusive says that APNs refuses any other push type on topics with the
	// suffix.
	Exclusive bool
	// Meaning is what such a push does, in one sentence.
	Meaning string
	// Payload is what its body has to hold, in one sentence.
	Payload string
	// Source is the page behind the row.
	Source string
}

// pushTypes is the one table of push types. "Sending notification requests to
// APNs", with the two suffixes that page misprints (complication and
// liveactivity) taken from the ActivityKit page and the certificate extension.
var pushTypes = []PushTypeInfo{
	{
		Type: Alert, MaxPayload: MaxPayload, Priorities: anyPriority,
		Meaning: "Shows an alert, plays a sound or sets the badge.",
		Payload: "aps with alert, badge or sound; the app's own keys beside it.",
		Source:  requestsPage + "; " + payloadPage,
	},
	{
		Type: Background, MaxPayload: MaxPayload, Priorities: priorities(PriorityConserve),
		Meaning: "Wakes the app to fetch content; shows nothing.",
		Payload: "aps with content-available 1 and nothing else; the app's own keys beside it.",
		Source:  requestsPage + "; " + backgroundPage,
	},
	{
		Type: VoIP, Suffix: ".voip", MaxPayload: MaxVoIPPayload, Priorities: anyPriority, Exclusive: true,
		Meaning: "Announces an incoming call.",
		Payload: "What the app needs to report the call; aps means nothing. An expiration of 0 or a few seconds is advised.",
		Source:  requestsPage + "; " + voipPage + "; " + voipTopics,
	},
	{
		Type: Complication, Suffix: ".complication", MaxPayload: MaxPayload, Priorities: anyPriority,
		Meaning: "Updates a watchOS complication.",
		Payload: "What the complication shows, in keys of the app; 50 pushes a day reach it.",
		Source:  requestsPage + "; " + complicationPage,
	},
	{
		Type: FileProvider, Suffix: ".pushkit.fileprovider", MaxPayload: MaxPayload, Priorities: anyPriority, TokenOnly: true,
		Meaning: "Signals a change to a File Provider extension.",
		Payload: "container-identifier and domain, both strings; no aps.",
		Source:  requestsPage + "; " + fileProviderPage,
	},
	{
		Type: MDM, MaxPayload: MaxPayload, Priorities: anyPriority,
		Meaning: "Asks a managed device to contact its MDM server.",
		Payload: "mdm with the PushMagic string of the enrollment, and nothing else. The topic is the UID of the MDM push certificate.",
		Source:  requestsPage + "; " + mdmPage,
	},
	{
		Type: LiveActivity, Suffix: ".push-type.liveactivity", MaxPayload: MaxPayload, Priorities: priorities(PriorityImmediate, PriorityConserve),
		Meaning: "Starts, updates or ends a Live Activity.",
		Payload: "aps with timestamp, event and what the event requires.",
		Source:  requestsPage + "; " + livePage,
	},
	{
		Type: Location, Suffix: ".location-query", MaxPayload: MaxPayload, Priorities: anyPriority, TokenOnly: true,
		Meaning: "Asks a Location Push Service extension for the location.",
		Payload: "Whatever the extension understands; Apple prescribes nothing.",
		Source:  requestsPage + "; " + locationPage,
	},
	{
		Type: PushToTalk, Suffix: ".voip-ptt", MaxPayload: MaxPayload, Priorities: anyPriority,
		Meaning: "Announces a change in a Push to Talk channel.",
		Payload: "Keys of the app, such as the active speaker's name; aps means nothing. Priority 10 and expiration 0 are advised.",
		Source:  requestsPage + "; " + pushToTalkPage,
	},
	{
		Type: Widgets, Suffix: ".push-type.widgets", MaxPayload: MaxPayload, Priorities: anyPriority, TokenOnly: true,
		Meaning: "Reloads an app's widgets.",
		Payload: "aps with content-changed true.",
		Source:  requestsPage + "; " + widgetsPage,
	},
	{
		Type: Controls, Suffix: ".push-type.controls", MaxPayload: MaxPayload, Priorities: anyPriority,
		Meaning: "Reloads an app's controls.",
		Payload: "aps with content-changed true.",
		Source:  requestsPage + "; " + controlsPage,
	},
}

var pushTypeByName = func() map[PushType]*PushTypeInfo {
	m := make(map[PushType]*PushTypeInfo, len(pushTypes))
	for i := range pushTypes {
		m[pushTypes[i].Type] = &pushTypes[i]
	}
	return m
}()

// PushTypes returns the table of push types, in Apple's order.
func PushTypes() []PushTypeInfo { return append([]PushTypeInfo(nil), pushTypes...) }

// LookupPushType returns the row of a push type, or nil if APNs knows no such
// type. The row must not be changed.
func LookupPushType(t PushType) *PushTypeInfo {
	if t == Alert { // by far the most common
		return &pushTypes[0]
	}
	return pushTypeByName[t]
}

// TopicType returns the push type that the suffix of a topic stands for, or the prefix of
// topics of MDM; "" for a topic that several push types use.
func TopicType(topic string) PushType {
	for i := range pushTypes {
		if s := pushTypes[i].Suffix; s != "" && strings.HasSuffix(topic, s) {
			return pushTypes[i].Type
		}
	}
	if strings.HasPrefix(topic, mdmPrefix) {
		return MDM
	}
	return ""
}

// BundleID returns topic without the suffix of its push type: the app it
// belongs to.
func BundleID(topic string) string {
	for i := range pushTypes {
		if s := pushTypes[i].Suffix; s != "" && strings.HasSuffix(topic, s) {
			return topic[:len(topic)-len(s)]
		}
	}
	return topic
}
