package courier

// Flush has padding that makes middleboxes forward buffered bytes. Either side may send it.
//
// observed: apsd pads with 64, 128, 256 or 512 bytes.
type Flush struct {
	Wanted  uint16 // bytes of padding for the response; 0 is no response
	Padding []byte
	Extra   []Item
}

// Command implements [Message].
func (m *Flush) Command() Command { return CmdFlush }

// Append implements [Message].
func (m *Flush) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *Flush) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *Flush) String() string { return describe(m) }

func (m *Flush) layout(f *fields) {
	always(f, 1, "wanted", &m.Wanted)
	f.bytes(2, "padding", &m.Padding)
	f.extra(&m.Extra)
}

// FlushResponse answers a Flush that requests a response.
//
// observed: apsd
type FlushResponse struct {
	Padding []byte
	Extra   []Item
}

// Command implements [Message].
func (m *FlushResponse) Command() Command { return CmdFlushResponse }

// Append implements [Message].
func (m *FlushResponse) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *FlushResponse) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *FlushResponse) String() string { return describe(m) }

func (m *FlushResponse) layout(f *fields) {
	f.bytes(2, "padding", &m.Padding)
	f.extra(&m.Extra)
}
