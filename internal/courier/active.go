package courier

// Values of ActiveState.State.
const (
	StateActive   uint8 = 1
	StateInactive uint8 = 2
)

// ActiveAlways is the interval of a device that stays active.
const ActiveAlways uint32 = 0x7fffffff

// ActiveState reports whether the device is active. It has no response.
//
// observed: apsd
type ActiveState struct {
	State    uint8  // StateActive or StateInactive
	Interval uint32 // only when active; 10, 600 and ActiveAlways were observed
	Extra    []Item
}

// Command implements [Message].
func (m *ActiveState) Command() Command { return CmdActiveState }

// Append implements [Message].
func (m *ActiveState) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *ActiveState) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *ActiveState) String() string { return describe(m) }

func (m *ActiveState) layout(f *fields) {
	always(f, 1, "state", &m.State)
	nonzero(f, 2, "interval", &m.Interval)
	f.extra(&m.Extra)
}

// ActiveInterval sets the active interval.
//
// observed: apsd
type ActiveInterval struct {
	Interval uint32
	Extra    []Item
}

// Command implements [Message].
func (m *ActiveInterval) Command() Command { return CmdActiveInterval }

// Append implements [Message].
func (m *ActiveInterval) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *ActiveInterval) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *ActiveInterval) String() string { return describe(m) }

func (m *ActiveInterval) layout(f *fields) {
	always(f, 1, "interval", &m.Interval)
	f.extra(&m.Extra)
}

// TransportAck is an acknowledgement of the transport, without items.
//
// observed: apsd
type TransportAck struct {
	Extra []Item
}

// Command implements [Message].
func (m *TransportAck) Command() Command { return CmdTransportAck }

// Append implements [Message].
func (m *TransportAck) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *TransportAck) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *TransportAck) String() string { return describe(m) }

func (m *TransportAck) layout(f *fields) {
	f.extra(&m.Extra)
}
