package courier

// Redirect sends a device to another courier, on the same port. The device counts it
// in its next Connect.
//
// observed: apsd
type Redirect struct {
	Host   string
	Reason string
	Extra  []Item
}

// Command implements [Message].
func (m *Redirect) Command() Command { return CmdRedirect }

// Append implements [Message].
func (m *Redirect) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *Redirect) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *Redirect) String() string { return describe(m) }

func (m *Redirect) layout(f *fields) {
	text(f, 2, "host", &m.Host)
	text(f, 9, "reason", &m.Reason)
	f.extra(&m.Extra)
}
