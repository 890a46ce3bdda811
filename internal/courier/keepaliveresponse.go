package courier

// Values of KeepaliveResponse.Status, version 2 only.
//
// observed: apsd
const (
	KeepaliveOK    uint8 = 0
	KeepaliveDelay uint8 = 1
	KeepaliveRedo  uint8 = 2 // growing or shrinking the interval
	KeepaliveOff   uint8 = 3 // turns version 2 off, as does 4
)

// KeepaliveResponse answers a Keepalive. The empty one is version 1. A status of
// KeepaliveOK sent at once makes Apple's daemon ping again at once.
//
// observed: apsd
type KeepaliveResponse struct {
	Status Opt[uint8]
	Delay  uint32 // ms; apsd reads it in packed frames only
	Extra  []Item
}

// Command implements [Message].
func (m *KeepaliveResponse) Command() Command { return CmdKeepaliveResponse }

// Append implements [Message]. It allocates only to grow dst.
func (m *KeepaliveResponse) Append(dst []byte) []byte {
	f := writing(dst, CmdKeepaliveResponse)
	m.layout(&f)
	return f.frame()
}

// Parse implements [Message]. It allocates only for unknown items.
func (m *KeepaliveResponse) Parse(payload []byte) error {
	*m = KeepaliveResponse{}
	f := reading(payload)
	for f.next() {
		m.layout(&f)
	}
	return f.err
}

// String implements [Message].
func (m *KeepaliveResponse) String() string { return describe(m) }

func (m *KeepaliveResponse) layout(f *fields) {
	optional(f, 1, "status", &m.Status)
	nonzero(f, 2, "delay", &m.Delay)
	f.extra(&m.Extra)
}

// KeepaliveAck is the immediate acknowledgement of a version 2 Keepalive; the response
// follows after the interval. Its items are unknown.
//
// observed: apsd
type KeepaliveAck struct {
	Extra []Item
}

// Command implements [Message].
func (m *KeepaliveAck) Command() Command { return CmdKeepaliveAck }

// Append implements [Message].
func (m *KeepaliveAck) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *KeepaliveAck) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *KeepaliveAck) String() string { return describe(m) }

func (m *KeepaliveAck) layout(f *fields) {
	f.extra(&m.Extra)
}

// CancelDelayedKeepalive withdraws the delay of a version 2 keepalive. Its items are
// unknown.
//
// observed: apsd
type CancelDelayedKeepalive struct {
	Extra []Item
}

// Command implements [Message].
func (m *CancelDelayedKeepalive) Command() Command { return CmdCancelDelayedKeepalive }

// Append implements [Message].
func (m *CancelDelayedKeepalive) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *CancelDelayedKeepalive) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *CancelDelayedKeepalive) String() string { return describe(m) }

func (m *CancelDelayedKeepalive) layout(f *fields) {
	f.extra(&m.Extra)
}
