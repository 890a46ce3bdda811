package courier

// ChannelRequest subscribes apps to broadcast channels and ends subscriptions.
//
// observed: apsd, rustpush
type ChannelRequest struct {
	ID        uint32 // repeated in the ChannelResponse
	Request   []byte // a ChannelRequestBody
	BaseToken []byte
	Extra     []Item
}

// Command implements [Message].
func (m *ChannelRequest) Command() Command { return CmdChannel }

// Append implements [Message].
func (m *ChannelRequest) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *ChannelRequest) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *ChannelRequest) String() string { return describe(m) }

func (m *ChannelRequest) layout(f *fields) {
	always(f, 1, "id", &m.ID)
	f.bytes(2, "request", &m.Request)
	f.recurring(3, "baseToken", &m.BaseToken)
	f.extra(&m.Extra)
}

// ChannelsTaken is the value of ChannelResponse.Status for a request that was fulfilled.
// The meaning of other values is unknown.
const ChannelsTaken uint8 = 0

// ChannelResponse answers a ChannelRequest.
//
// observed: apsd, rustpush
type ChannelResponse struct {
	ID       uint32 // of the ChannelRequest
	Response []byte // a ChannelResponseBody
	Token    []byte
	Status   uint8 // ChannelsTaken, or why not
	Timeout  uint32
	Extra    []Item
}

// Command implements [Message].
func (m *ChannelResponse) Command() Command { return CmdChannel }

// Append implements [Message].
func (m *ChannelResponse) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *ChannelResponse) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *ChannelResponse) String() string { return describe(m) }

func (m *ChannelResponse) layout(f *fields) {
	always(f, 1, "id", &m.ID)
	f.bytes(2, "response", &m.Response)
	f.recurring(3, "token", &m.Token)
	always(f, 4, "status", &m.Status)
	nonzero(f, 5, "timeout", &m.Timeout)
	f.extra(&m.Extra)
}

// ChannelUpdate notifies a device of a change of its channels.
//
// observed: apsd, rustpush
type ChannelUpdate struct {
	ID        uint32
	Update    []byte // a ChannelUpdateBody
	Token     []byte
	Timestamp uint64
	Extra     []Item
}

// Command implements [Message].
func (m *ChannelUpdate) Command() Command { return CmdChannelUpdate }

// Append implements [Message].
func (m *ChannelUpdate) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *ChannelUpdate) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *ChannelUpdate) String() string { return describe(m) }

func (m *ChannelUpdate) layout(f *fields) {
	always(f, 1, "id", &m.ID)
	f.bytes(2, "update", &m.Update)
	f.recurring(3, "token", &m.Token)
	nonzero(f, 4, "timestamp", &m.Timestamp)
	f.extra(&m.Extra)
}
