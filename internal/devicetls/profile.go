package devicetls

import (
	"strings"
	"unique"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A Profile is what a device reports about itself when it logs in. The courier records it;
// it has no effect.
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

// maxProfileText is the maximum length of each text, in bytes.
const maxProfileText = 64

// profileOf returns the profile in a Connect. Equal profiles share their memory.
func profileOf(m *courier.Connect) unique.Handle[Profile] {
	return unique.Make(Profile{
		Hardware: truncate(m.Hardware), OSVersion: truncate(m.OSVersion), OSBuild: truncate(m.OSBuild), Carrier: truncate(m.Carrier),
		PresenceFlags: m.PresenceFlags, ProtocolVersion: m.ProtocolVersion,
	})
}

func truncate(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxProfileText)], "�")
}
