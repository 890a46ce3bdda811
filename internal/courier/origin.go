package courier

// A ChannelOrigin is the protocol buffer in field 29 of a [Notification]: the channel it
// comes from. The device sends the checkpoint when it subscribes again, and gets newer
// messages.
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

// Parse replaces m by the contents of a body; m then aliases it. It allocates only for
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
