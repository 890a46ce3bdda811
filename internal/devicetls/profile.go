package devicetls

import (
	"strings"
	"unique"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A Profile is what a device says of itself when it logs in. The courier records it
// and acts on none of it.
//
// observed: apsd
type Profile struct {
	Hardware  string // as iPhone17,1
	OSVersion string
	OSBuild   string
	Carrier   string // [courier.CarrierWiFi], or MCC and MNC

	PresenceFlags   uint32 // opaque
	ProtocolVersion uint16
}

// maxProfileText is how much of each text is kept, in bytes.
const maxProfileText = 64

// profileOf keeps what a Connect says. Equal ones are there once, however many devices
// say the same.
func profileOf(m *courier.Connect) unique.Handle[Profile] {
	return unique.Make(Profile{
		Hardware: truncate(m.Hardware), OSVersion: truncate(m.OSVersion), OSBuild: truncate(m.OSBuild), Carrier: truncate(m.Carrier),
		PresenceFlags: m.PresenceFlags, ProtocolVersion: m.ProtocolVersion,
	})
}

func truncate(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxProfileText)], "�")
}
