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
	// OnlyPriority is the one priority allowed; 0 if all three are.
	OnlyPriority Priority
	// TokenOnly says that Apple documents the type for provider tokens alone,
	// not for certificates.
	TokenOnly bool
	// Meaning is one sentence for a reader.
	Meaning string
}

// pushTypes is the one table of push types. "Sending notification requests to
// APNs", with the two suffixes that page misprints (complication and
// liveactivity) taken from the ActivityKit page and the certificate extension.
var pushTypes = []PushTypeInfo{
	{Alert, "", MaxPayload, 0, false, "Shows an alert, plays a sound or sets the badge."},
	{Background, "", MaxPayload, PriorityConserve, false, "Wakes the app to fetch content; shows nothing."},
	{VoIP, ".voip", MaxVoIPPayload, 0, false, "Announces an incoming call."},
	{Complication, ".complication", MaxPayload, 0, false, "Updates a watchOS complication."},
	{FileProvider, ".pushkit.fileprovider", MaxPayload, 0, true, "Signals a change to a File Provider extension."},
	{MDM, "", MaxPayload, 0, false, "Asks a managed device to contact its MDM server."},
	{LiveActivity, ".push-type.liveactivity", MaxPayload, 0, false, "Starts, updates or ends a Live Activity."},
	{Location, ".location-query", MaxPayload, 0, true, "Asks a Location Push Service extension for the location."},
	{PushToTalk, ".voip-ptt", MaxPayload, 0, false, "Announces a change in a Push to Talk channel."},
	{Widgets, ".push-type.widgets", MaxPayload, 0, true, "Reloads an app's widgets."},
	{Controls, ".push-type.controls", MaxPayload, 0, false, "Reloads an app's controls."},
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
