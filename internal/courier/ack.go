package courier

// Values of Ack.Status.
//
// observed: apsd
const (
	AckDelivered    uint8 = 0
	AckNoRecipient  uint8 = 2 // no such recipient, or a duplicate
	AckUnparsable   uint8 = 3
	AckIgnoredTopic uint8 = 6
	AckUnknownTopic uint8 = 7
	AckTokenRemoved uint8 = 11
)

// Ack is the acknowledgement of a Notification. It is identified by the ID alone: some
// clients send their base token as the token, and Apple's daemon omits its own.
//
// observed: apsd, pypush
type Ack struct {
	Status uint8
	ID     uint32 // of the Notification
	Token  []byte
	Extra  []Item
}

// Command implements [Message].
func (m *Ack) Command() Command { return CmdAck }

// Append implements [Message]. It allocates only to grow dst.
func (m *Ack) Append(dst []byte) []byte {
	f := writing(dst, CmdAck)
	m.layout(&f)
	return f.frame()
}

// Parse implements [Message]. It allocates only for unknown items.
func (m *Ack) Parse(payload []byte) error {
	*m = Ack{}
	f := reading(payload)
	for f.next() {
		m.layout(&f)
	}
	return f.err
}

// String implements [Message].
func (m *Ack) String() string { return describe(m) }

func (m *Ack) layout(f *fields) {
	always(f, 8, "status", &m.Status)
	always(f, 4, "id", &m.ID)
	f.recurring(1, "token", &m.Token)
	f.extra(&m.Extra)
}
