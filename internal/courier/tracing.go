package courier

// TracingDelivered is the TracingAck.Status of a delivered notification.
const TracingDelivered uint8 = 1

// TracingAck answers a Notification that has FlagTracing.
//
// observed: apsd
type TracingAck struct {
	Topic     []byte // hash
	TracingID []byte // of the Notification
	Status    uint8
	Token     []byte
	Extra     []Item
}

// Command implements [Message].
func (m *TracingAck) Command() Command { return CmdTracingAck }

// Append implements [Message].
func (m *TracingAck) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *TracingAck) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *TracingAck) String() string { return describe(m) }

func (m *TracingAck) layout(f *fields) {
	f.recurring(1, "topic", &m.Topic)
	f.bytes(2, "tracingID", &m.TracingID)
	always(f, 3, "status", &m.Status)
	f.recurring(4, "token", &m.Token)
	f.extra(&m.Extra)
}
