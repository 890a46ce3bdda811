package courier

// Values of FilterResponse.Status.
const (
	FilterSuccess        uint8 = 1
	FilterFailure        uint8 = 2
	FilterDisabled       uint8 = 3
	FilterInvalidVersion uint8 = 4
)

// Values of FilterUpdate.Action.
const (
	FilterStopVersions uint8 = 1
	FilterSendAgain    uint8 = 2
)

// FilterResponse answers a Filter when CapabilityFilterVersion was announced.
//
// observed: apsd
type FilterResponse struct {
	Token   []byte
	Version uint64
	Status  uint8
	Extra   []Item
}

// Command implements [Message].
func (m *FilterResponse) Command() Command { return CmdFilter }

// Append implements [Message].
func (m *FilterResponse) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *FilterResponse) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *FilterResponse) String() string { return describe(m) }

func (m *FilterResponse) layout(f *fields) {
	f.recurring(1, "token", &m.Token)
	always(f, 2, "version", &m.Version)
	always(f, 3, "status", &m.Status)
	f.extra(&m.Extra)
}

// FilterUpdate asks the device about its filter.
//
// observed: apsd
type FilterUpdate struct {
	Token   []byte
	Version uint64
	Action  uint8 // FilterStopVersions or FilterSendAgain
	Extra   []Item
}

// Command implements [Message].
func (m *FilterUpdate) Command() Command { return CmdFilterUpdate }

// Append implements [Message].
func (m *FilterUpdate) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *FilterUpdate) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *FilterUpdate) String() string { return describe(m) }

func (m *FilterUpdate) layout(f *fields) {
	f.recurring(1, "token", &m.Token)
	always(f, 2, "version", &m.Version)
	always(f, 3, "action", &m.Action)
	f.extra(&m.Extra)
}

// NoStorage says, after a Filter, that no push is stored for the token.
//
// observed: beeper takes it as the acknowledgement of the filter.
type NoStorage struct {
	Token []byte
	Extra []Item
}

// Command implements [Message].
func (m *NoStorage) Command() Command { return CmdNoStorage }

// Append implements [Message].
func (m *NoStorage) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *NoStorage) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *NoStorage) String() string { return describe(m) }

func (m *NoStorage) layout(f *fields) {
	f.recurring(1, "token", &m.Token)
	f.extra(&m.Extra)
}
