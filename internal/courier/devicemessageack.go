package courier

// Values of DeviceMessageAck.Status.
//
// observed: apsd, beeper
const (
	DeviceMessageAccepted    uint8 = 0
	DeviceMessageBusy        uint8 = 1
	DeviceMessageInvalid     uint8 = 3 // or too large
	DeviceMessageMaintenance uint8 = 5
	DeviceMessageTooEarly    uint8 = 0x80 // before the active state or the filter; the device sends it again
)

// DeviceMessageAck acknowledges a DeviceMessage. Apple's daemon does not read the ID, so
// acknowledgements are sent in the order of the messages.
//
// observed: apsd
type DeviceMessageAck struct {
	ID        uint32 // of the DeviceMessage
	Status    uint8
	Timestamp uint64
	Token     []byte
	Extra     []Item
}

// Command implements [Message].
func (m *DeviceMessageAck) Command() Command { return CmdAck }

// Append implements [Message].
func (m *DeviceMessageAck) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *DeviceMessageAck) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *DeviceMessageAck) String() string { return describe(m) }

func (m *DeviceMessageAck) layout(f *fields) {
	always(f, 4, "id", &m.ID)
	always(f, 8, "status", &m.Status)
	nonzero(f, 6, "timestamp", &m.Timestamp)
	f.recurring(1, "token", &m.Token)
	f.extra(&m.Extra)
}
