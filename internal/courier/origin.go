package courier

// A ChannelOrigin tells from which channel a [Notification] comes: the protocol
// buffer in its field 29. The device names the checkpoint when it subscribes again,
// and gets what is newer.
//
// observed: apsd
type ChannelOrigin struct {
	Channel    []byte
	Checkpoint uint64 // ns since 1970
	Unknown    []byte
}

// Append appends the origin. It allocates only to grow dst.
func (m *ChannelOrigin) Append(dst []byte) []byte {
	p := proto{writing: true, out: dst}
	m.layout(&p)
	return p.out
}

// Parse replaces m by what a body says; m then aliases it. It allocates only for
// unknown fields. The error is a [*BodyError].
func (m *ChannelOrigin) Parse(body []byte) error {
	*m = ChannelOrigin{}
	p := readingProto(body)
	for p.next() {
		m.layout(&p)
	}
	return p.err
}

func (m *ChannelOrigin) layout(p *proto) {
	p.bytes(1, &m.Channel)
	p.always(2, &m.Checkpoint)
	p.unknown(&m.Unknown)
}
