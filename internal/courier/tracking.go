package courier

// PresenceTracking carries the salt of the salted topic hashes. Apple's daemon sends it
// after a login that succeeded.
//
// observed: apsd
type PresenceTracking struct {
	ID        uint32 // comes back in the response
	Token     []byte
	Salt      uint64
	Flag      uint32
	Timestamp uint64 // ms since 1970
	Extra     []Item
}

// Command implements [Message].
func (m *PresenceTracking) Command() Command { return CmdPresenceTracking }

// Append implements [Message].
func (m *PresenceTracking) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *PresenceTracking) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *PresenceTracking) String() string { return describe(m) }

func (m *PresenceTracking) layout(f *fields) {
	always(f, 1, "id", &m.ID)
	f.recurring(2, "token", &m.Token)
	always(f, 3, "salt", &m.Salt)
	always(f, 4, "flag", &m.Flag)
	always(f, 5, "timestamp", &m.Timestamp)
	f.extra(&m.Extra)
}

// PresenceTrackingResponse answers a PresenceTracking.
//
// observed: apsd
type PresenceTrackingResponse struct {
	ID     uint32 // of the PresenceTracking
	Token  []byte
	Status uint8 // 0: accepted
	Extra  []Item
}

// Command implements [Message].
func (m *PresenceTrackingResponse) Command() Command { return CmdPresenceTracking }

// Append implements [Message].
func (m *PresenceTrackingResponse) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *PresenceTrackingResponse) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *PresenceTrackingResponse) String() string { return describe(m) }

func (m *PresenceTrackingResponse) layout(f *fields) {
	always(f, 1, "id", &m.ID)
	f.recurring(2, "token", &m.Token)
	always(f, 3, "status", &m.Status)
	f.extra(&m.Extra)
}
