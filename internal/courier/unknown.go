package courier

// Unknown is a command that this package does not know from that side. Its payload is
// kept as it came.
type Unknown struct {
	Cmd     Command
	Payload []byte
}

// Command implements [Message].
func (m *Unknown) Command() Command { return m.Cmd }

// Append implements [Message].
func (m *Unknown) Append(dst []byte) []byte { return Frame{m.Cmd, m.Payload}.Append(dst) }

// Parse implements [Message]. The command stays.
func (m *Unknown) Parse(payload []byte) error {
	m.Payload = payload
	return nil
}

// String implements [Message].
func (m *Unknown) String() string {
	return string(printBytes([]byte("Unknown "+m.Cmd.String()), "payload", m.Payload))
}
