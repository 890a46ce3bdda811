package courier

// Values of Connect.State and Presence.State.
const (
	StateConnect uint8 = 1
	StateOffline uint8 = 2 // the token goes offline; the message has no further fields
)

// Values of Connect.Interface. It is absent for any other interface.
const (
	InterfaceCellular         uint8 = 0
	InterfaceWiFi             uint8 = 1
	InterfaceUltraConstrained uint8 = 3
)

// CarrierWiFi is the carrier of a device on Wi-Fi; on a mobile network it is MCC and MNC.
const CarrierWiFi = "WiFi"

// ProtocolVersion is the version that Apple's daemon announces.
//
// observed: apsd; third-party clients send 8, 9 or 11.
const ProtocolVersion uint16 = 12

// Presence flags whose meaning is known.
//
// observed: apsd builds on 0x8242, pypush sends 0x41 or 0x45.
const (
	PresenceRootUser uint32 = 0x04 // the device itself, not a logged-in user
	PresenceWiFi     uint32 = 0x08
	PresenceBase     uint32 = 0x40
)

// Connect is a device's login. The first one on a connection proves the device's
// identity, unless TLS did; later ones bring further tokens of the same device.
//
// observed: apsd, pypush, pushproxy
type Connect struct {
	Token            []byte // base token, when the device has one
	State            uint8  // StateConnect or StateOffline
	PresenceFlags    uint32
	Interface        Opt[uint8]
	ActiveInterval   uint32
	Carrier          string // CarrierWiFi, or MCC and MNC
	OSVersion        string
	OSBuild          string
	Hardware         string
	Certificates     [][]byte // DER, leaf first
	Nonce            []byte   // see NewNonce
	Signature        []byte   // see SignNonce
	ProtocolVersion  uint16
	RedirectCount    uint16
	DNSTime          uint16    // ms, at most 65000
	TLSTime          uint16    // ms, at most 65000
	Failures         []Failure // earlier ones, at most 10
	LastConnected    uint64    // ms since 1970
	TCPTime          uint16    // ms, at most 65000
	DisconnectReason uint32    // of the previous connection
	HostCertificate  []byte    // protocol buffer, from virtual machines
	MigrationReason  uint32
	OffloadFlags     uint32 // bit 1: offloaded
	PSKCount         uint8  // TLS pre-shared keys wanted
	Extra            []Item
}

// Command implements [Message].
func (m *Connect) Command() Command { return CmdConnect }

// Append implements [Message].
func (m *Connect) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *Connect) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *Connect) String() string { return describe(m) }

func (m *Connect) layout(f *fields) {
	f.recurring(1, "token", &m.Token)
	always(f, 2, "state", &m.State)
	nonzero(f, 5, "flags", &m.PresenceFlags)
	optional(f, 6, "interface", &m.Interface)
	nonzero(f, 7, "activeInterval", &m.ActiveInterval)
	text(f, 8, "carrier", &m.Carrier)
	text(f, 9, "osVersion", &m.OSVersion)
	text(f, 10, "osBuild", &m.OSBuild)
	text(f, 11, "hardware", &m.Hardware)
	f.list(12, "certificates", &m.Certificates)
	f.bytes(13, "nonce", &m.Nonce)
	f.bytes(14, "signature", &m.Signature)
	nonzero(f, 16, "version", &m.ProtocolVersion)
	nonzero(f, 17, "redirects", &m.RedirectCount)
	nonzero(f, 19, "dnsTime", &m.DNSTime)
	nonzero(f, 20, "tlsTime", &m.TLSTime)
	failures(f, 21, "failures", &m.Failures)
	nonzero(f, 22, "lastConnected", &m.LastConnected)
	nonzero(f, 25, "tcpTime", &m.TCPTime)
	nonzero(f, 26, "disconnectReason", &m.DisconnectReason)
	f.bytes(29, "hostCertificate", &m.HostCertificate)
	nonzero(f, 30, "migrationReason", &m.MigrationReason)
	nonzero(f, 31, "offloadFlags", &m.OffloadFlags)
	nonzero(f, 32, "psks", &m.PSKCount)
	f.extra(&m.Extra)
}

// Presence notifies a device that a token is no longer present on this connection.
//
// observed: apsd may connect the token again.
type Presence struct {
	Token []byte
	State uint8 // StateOffline
	Extra []Item
}

// Command implements [Message].
func (m *Presence) Command() Command { return CmdConnect }

// Append implements [Message].
func (m *Presence) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *Presence) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *Presence) String() string { return describe(m) }

func (m *Presence) layout(f *fields) {
	f.recurring(1, "token", &m.Token)
	always(f, 2, "state", &m.State)
	f.extra(&m.Extra)
}
