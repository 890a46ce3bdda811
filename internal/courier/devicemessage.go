package courier

// DeviceMessage is a message that a device sends to another one.
//
// observed: apsd, pypush
type DeviceMessage struct {
	Topic   []byte // hash
	Token   []byte // token
	Payload []byte

	// PayloadType is TypeDictionary when a packed frame brought a property list as a
	// dictionary. The payload then has the form that Item.Value has, and fits into
	// packed frames alone.
	//
	// observed: apsd, rustpush
	PayloadType ItemType

	ID        uint32      // repeated in the DeviceMessageAck
	RoundTrip Opt[uint16] // of the last push, with CapabilityRoundTrip
	Extra     []Item
}

// Command implements [Message].
func (m *DeviceMessage) Command() Command { return CmdNotification }

// Append implements [Message].
func (m *DeviceMessage) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *DeviceMessage) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *DeviceMessage) String() string { return describe(m) }

func (m *DeviceMessage) layout(f *fields) {
	f.recurring(1, "topic", &m.Topic)
	f.recurring(2, "sender", &m.Token)
	f.body(3, "payload", &m.Payload, &m.PayloadType)
	always(f, 4, "id", &m.ID)
	optional(f, 25, "roundTrip", &m.RoundTrip)
	f.extra(&m.Extra)
}
