package courier

// Filter has the topic filter of a token. It replaces the former filter completely.
// A topic is its SHA-1; in the salted lists it is SHA-256 of topic and salt.
//
// observed: apsd
type Filter struct {
	Token               []byte // base token the filter belongs to
	Enabled             [][]byte
	Ignored             [][]byte
	Opportunistic       [][]byte
	Paused              [][]byte
	NonWaking           [][]byte
	SaltedEnabled       [][]byte
	SaltedIgnored       [][]byte
	SaltedOpportunistic [][]byte
	SaltedPaused        [][]byte
	SaltedNonWaking     [][]byte
	Version             Opt[uint64] // with CapabilityFilterVersion
	Extra               []Item
}

// Command implements [Message].
func (m *Filter) Command() Command { return CmdFilter }

// Append implements [Message].
func (m *Filter) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *Filter) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *Filter) String() string { return describe(m) }

func (m *Filter) layout(f *fields) {
	f.recurring(1, "token", &m.Token)
	f.topics(2, "enabled", &m.Enabled)
	f.topics(3, "ignored", &m.Ignored)
	f.topics(4, "opportunistic", &m.Opportunistic)
	f.topics(5, "paused", &m.Paused)
	f.topics(6, "nonWaking", &m.NonWaking)
	f.topics(7, "saltedEnabled", &m.SaltedEnabled)
	f.topics(8, "saltedIgnored", &m.SaltedIgnored)
	f.topics(9, "saltedOpportunistic", &m.SaltedOpportunistic)
	f.topics(10, "saltedPaused", &m.SaltedPaused)
	f.topics(11, "saltedNonWaking", &m.SaltedNonWaking)
	optional(f, 12, "version", &m.Version)
	f.extra(&m.Extra)
}
