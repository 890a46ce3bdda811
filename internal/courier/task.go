package courier

// TaskControl is accepted by apsd on tvOS. Its items are unknown.
//
// observed: apsd
type TaskControl struct {
	Extra []Item
}

// Command implements [Message].
func (m *TaskControl) Command() Command { return CmdTaskControl }

// Append implements [Message].
func (m *TaskControl) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *TaskControl) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *TaskControl) String() string { return describe(m) }

func (m *TaskControl) layout(f *fields) {
	f.extra(&m.Extra)
}

// TaskNotification is accepted by apsd on tvOS. Its items are unknown.
//
// observed: apsd
type TaskNotification struct {
	Extra []Item
}

// Command implements [Message].
func (m *TaskNotification) Command() Command { return CmdTaskNotification }

// Append implements [Message].
func (m *TaskNotification) Append(dst []byte) []byte { return appendMessage(dst, m) }

// Parse implements [Message].
func (m *TaskNotification) Parse(payload []byte) error { return parseMessage(m, payload) }

// String implements [Message].
func (m *TaskNotification) String() string { return describe(m) }

func (m *TaskNotification) layout(f *fields) {
	f.extra(&m.Extra)
}
