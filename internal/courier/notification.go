package courier

// Bits of Notification.StorageFlags; none for a live notification.
const (
	StorageStored uint8 = 1 << 0 // comes from storage
	StorageLast   uint8 = 1 << 1 // the last one that does; both bits are set then
)

// Bits of Notification.Flags.
const (
	FlagValidityCheck uint32 = 1 << 0 // asks whether the app of a removed token is not installed
	FlagTracing       uint32 = 1 << 1 // the device answers with a TracingAck
)

// Notification is a push to a device. The IDs of Token and Topic are swapped in DeviceMessage.
//
// observed: apsd, pypush, pushproxy
type Notification struct {
	Token         []byte     // of the app, or the base token
	Topic         []byte     // hash
	Payload       []byte     // the provider's bytes
	PayloadType   ItemType   // TypeData, or TypeDictionary in a packed frame
	ID            uint32     // repeated in the Ack
	Expiry        uint32     // seconds since 1970
	Timestamp     uint64     // nanoseconds since 1970
	Field7        Opt[uint8] // 0 or 2; the meaning is unknown
	StorageFlags  uint8
	Priority      uint8  // 10, 5 or 1; absent means 10
	BaseToken     []byte // if Token is that of an app
	TracingID     []byte // 16 bytes
	CorrelationID string
	Flags         uint32
	PushType      uint16 // values unknown
	Origin        []byte // a ChannelOrigin; nil if it does not come from a channel
	Extra         []Item
}

// Command implements [Message].
func (m *Notification) Command() Command { return CmdNotification }

// Append implements [Message]. It allocates only to grow dst.
func (m *Notification) Append(dst []byte) []byte {
	f := writing(dst, CmdNotification)
	m.layout(&f)
	return f.frame()
}

// Parse implements [Message]. It allocates only for unknown items.
func (m *Notification) Parse(payload []byte) error {
	*m = Notification{}
	f := reading(payload)
	for f.next() {
		m.layout(&f)
	}
	return f.err
}

// String implements [Message].
func (m *Notification) String() string { return describe(m) }

func (m *Notification) layout(f *fields) {
	f.recurring(1, "token", &m.Token)
	f.recurring(2, "topic", &m.Topic)
	f.body(3, "payload", &m.Payload, &m.PayloadType)
	always(f, 4, "id", &m.ID)
	always(f, 5, "expiry", &m.Expiry)
	always(f, 6, "timestamp", &m.Timestamp)
	optional(f, 7, "field7", &m.Field7)
	always(f, 9, "storage", &m.StorageFlags)
	nonzero(f, 13, "priority", &m.Priority)
	f.recurring(15, "baseToken", &m.BaseToken)
	f.bytes(21, "tracingID", &m.TracingID)
	text(f, 24, "correlationID", &m.CorrelationID)
	nonzero(f, 26, "flags", &m.Flags)
	nonzero(f, 28, "pushType", &m.PushType)
	f.bytes(29, "origin", &m.Origin)
	f.extra(&m.Extra)
}
