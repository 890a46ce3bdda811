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

// maxSaid is how much of each text is kept, in bytes.
const maxSaid = 64

// profileOf keeps what a Connect says. Equal ones are there once, however many devices
// say the same.
func profileOf(m *courier.Connect) unique.Handle[Profile] {
	return unique.Make(Profile{
		Hardware: said(m.Hardware), OSVersion: said(m.OSVersion), OSBuild: said(m.OSBuild), Carrier: said(m.Carrier),
		PresenceFlags: m.PresenceFlags, ProtocolVersion: m.ProtocolVersion,
	})
}

func said(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxSaid)], "�")
}
