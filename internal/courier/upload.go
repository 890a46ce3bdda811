package courier

// Upload is a message that a device sends to another one.
//
// observed: apsd, pypush
type Upload struct {
	Topic   []byte // hash
	Token   []byte // token
	Payload []byte

	// PayloadType is TypeDictionary when a packed frame brought a property list as a
	// dictionary. The payload then has the form that Item.Value has, and fits into
	// packed frames alone.
	//
	// observed: apsd, rustpush
	PayloadType ItemType

	ID        uint32      // comes back in the UploadAck
	RoundTrip Opt[uint16] // of the last push, with CapabilityRoundTrip
	Extra     []Item
}

// Command implements [Message].
func (m *Upload) Command() Command { return CmdNotification }

// Append implements [Message].
func (m *Upload) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *Upload) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *Upload) String() string { return describe(m) }

func (m *Upload) layout(f *fields) {
	f.recurring(1, "topic", &m.Topic)
	f.recurring(2, "sender", &m.Token)
	f.body(3, "payload", &m.Payload, &m.PayloadType)
	always(f, 4, "id", &m.ID)
	optional(f, 25, "roundTrip", &m.RoundTrip)
	f.extra(&m.Extra)
}
