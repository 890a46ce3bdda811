package courier

// Unknown is a command that this package does not know from the side that sent it. Its
// payload is kept unchanged.
type Unknown struct {
	Cmd     Command
	Payload []byte // of a plain frame; not in packed ones
	Items   []Item // of a packed frame; not in plain ones
}

// Command implements [Message].
func (m *Unknown) Command() Command { return m.Cmd }

// Append implements [Message].
func (m *Unknown) Append(dst []byte) []byte {
	return Frame{Command: m.Cmd, Payload: m.Payload}.Append(dst)
}

// Parse implements [Message]. The command stays.
func (m *Unknown) Parse(payload []byte) error {
	m.Payload = payload
	return nil
}

// String implements [Message].
func (m *Unknown) String() string {
	if len(m.Items) == 0 {
		return string(printBytes([]byte("Unknown "+m.Cmd.String()), "payload", m.Payload))
	}
	f := fields{mode: modePrint, out: []byte("Unknown " + m.Cmd.String())}
	m.layout(&f)
	return string(f.out)
}

func (m *Unknown) layout(f *fields) { f.extra(&m.Items) }
