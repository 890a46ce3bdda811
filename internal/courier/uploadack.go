package courier

// Values of UploadAck.Status.
//
// observed: apsd, beeper
const (
	UploadAccepted    uint8 = 0
	UploadBusy        uint8 = 1
	UploadInvalid     uint8 = 3 // or too large
	UploadMaintenance uint8 = 5
	UploadTooEarly    uint8 = 0x80 // before the active state or the filter; the device sends it again
)

// UploadAck is the courier's word on an Upload. Apple's daemon does not read the id:
// acks go out in the order the messages came.
//
// observed: apsd
type UploadAck struct {
	ID        uint32 // of the Upload
	Status    uint8
	Timestamp uint64
	Token     []byte
	Extra     []Item
}

// Command implements [Message].
func (m *UploadAck) Command() Command { return CmdAck }

// Append implements [Message].
func (m *UploadAck) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *UploadAck) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *UploadAck) String() string { return describe(m) }

func (m *UploadAck) layout(f *fields) {
	always(f, 4, "id", &m.ID)
	always(f, 8, "status", &m.Status)
	nonzero(f, 6, "timestamp", &m.Timestamp)
	f.recurring(1, "token", &m.Token)
	f.extra(&m.Extra)
}
