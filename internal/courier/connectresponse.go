package courier

// Values of ConnectResponse.Status.
const (
	ConnectAccepted uint8 = 0

	// ConnectRejected rejects certificate, nonce, signature or token. With a ClockTime the
	// device makes a new nonce and sends Connect again on the same connection; without one
	// it discards its token.
	//
	// observed: apsd
	ConnectRejected uint8 = 2
)

// Capabilities a courier may announce.
//
// observed: apsd
const (
	CapabilityDualChannel   uint32 = 1 << 0 // Wi-Fi and cellular connections at once
	CapabilityRoundTrip     uint32 = 1 << 1 // messages of the device contain the round-trip time of the last push
	CapabilityFilterVersion uint32 = 1 << 2 // the device waits for a FilterResponse
	CapabilityTimers        uint32 = 1 << 3 // the courier may send timers
)

// Values that couriers send in ConnectResponse.
//
// observed: pypush, pushproxy
const (
	DefaultMaxMessage   uint16 = 4096
	DefaultLargeMessage uint16 = 15360
	DefaultField5       uint16 = 2
)

// ConnectResponse answers a Connect. Status, MaxMessage, Capabilities, LargeMessage
// and ServerTime are always written, since some clients require them.
//
// observed: apsd, pypush, pushproxy
type ConnectResponse struct {
	Status         uint8
	RedirectHost   string // the device connects there instead
	Token          []byte // base token, when new or changed
	MaxMessage     uint16 // bytes the device may send
	Field5         uint16 // of unknown meaning, DefaultField5 always; not in packed frames, where its type is unknown
	Capabilities   uint32
	ClockTime      uint64 // ms since 1970; the device's nonce had the wrong time
	LargeMessage   uint16 // bytes
	RedirectReason string
	ServerTime     uint64 // ms since 1970
	GeoRegion      string
	Field12        uint64 // a time of unknown meaning

	// Keepalive intervals. apsd reads these three, the experiment and the status of keys
	// only in packed frames, so their width in plain frames is unknown.
	KeepaliveMin      uint32
	KeepaliveExpected uint32
	KeepaliveMax      uint32

	ClientAddress   []byte // as the courier sees it
	ExperimentID    uint16
	RejectionReason string
	PSKStatus       Opt[uint8]
	Extra           []Item
}

// Command implements [Message].
func (m *ConnectResponse) Command() Command { return CmdConnectResponse }

// Append implements [Message].
func (m *ConnectResponse) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *ConnectResponse) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *ConnectResponse) String() string { return describe(m) }

func (m *ConnectResponse) layout(f *fields) {
	always(f, 1, "status", &m.Status)
	text(f, 2, "redirectHost", &m.RedirectHost)
	f.recurring(3, "token", &m.Token)
	always(f, 4, "maxMessage", &m.MaxMessage)
	plainOnly(f, 5, "field5", &m.Field5)
	always(f, 6, "capabilities", &m.Capabilities)
	nonzero(f, 7, "clockTime", &m.ClockTime)
	always(f, 8, "largeMessage", &m.LargeMessage)
	text(f, 9, "redirectReason", &m.RedirectReason)
	always(f, 10, "serverTime", &m.ServerTime)
	text(f, 11, "geoRegion", &m.GeoRegion)
	nonzero(f, 12, "field12", &m.Field12)
	nonzero(f, 16, "keepaliveMin", &m.KeepaliveMin)
	nonzero(f, 17, "keepaliveExpected", &m.KeepaliveExpected)
	nonzero(f, 18, "keepaliveMax", &m.KeepaliveMax)
	f.bytes(19, "clientAddress", &m.ClientAddress)
	nonzero(f, 20, "experiment", &m.ExperimentID)
	text(f, 21, "refusalReason", &m.RejectionReason)
	optional(f, 22, "pskStatus", &m.PSKStatus)
	f.extra(&m.Extra)
}
