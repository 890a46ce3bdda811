package courier

// Versions and kinds of a [ChannelRequestBody].
const (
	ChannelsVersion uint64 = 1

	ChannelsDelta uint64 = 0 // what changes
	ChannelsFull  uint64 = 1 // all subscriptions; others end
)

// A ChannelRequestBody is the protocol buffer in field 2 of a [ChannelRequest]. The zero
// value is legal; nil slices and empty strings are absent fields. Unknown, here and in the
// messages within, has the fields without a name, unchanged.
//
// observed: apsd, rustpush
type ChannelRequestBody struct {
	Version  uint64 // ChannelsVersion
	Apps     []AppRequest
	Kind     uint64 // ChannelsDelta or ChannelsFull
	Sequence uint64
	Unknown  []byte
}

// An AppRequest names the channels of one app to subscribe to, and those to unsubscribe
// from. The form of field 4, attributes, is unknown; it is in Unknown.
type AppRequest struct {
	Topic       string
	Subscribe   []Subscribe
	Unsubscribe []Unsubscribe
	Unknown     []byte
}

// A Subscribe requests the messages of a channel.
type Subscribe struct {
	Channel     []byte
	Checkpoint  uint64 // of the newest message the device has, ns since 1970; 0 for none
	Attributes  []Attribute
	ReplayCount uint64
	Unknown     []byte
}

// An Unsubscribe ends a subscription.
type Unsubscribe struct {
	Channel []byte
	Unknown []byte
}

// An Attribute belongs to a subscription; its use is unknown.
type Attribute struct {
	Key, Value []byte
	Unknown    []byte
}

// Append appends the body.
func (m *ChannelRequestBody) Append(dst []byte) []byte { return appendProto(dst, m) }

// Parse replaces m by the contents of a body; m then aliases it. The error is a
// [*BodyError].
func (m *ChannelRequestBody) Parse(body []byte) error {
	*m = ChannelRequestBody{}
	p := readingProto(body)
	p.read(m)
	return p.err
}

func (m *ChannelRequestBody) layout(p *proto) {
	p.always(1, &m.Version)
	repeated(p, 2, &m.Apps)
	p.always(3, &m.Kind)
	p.nonzero(4, &m.Sequence)
	p.unknown(&m.Unknown)
}

func (m *AppRequest) layout(p *proto) {
	p.text(1, &m.Topic)
	repeated(p, 2, &m.Subscribe)
	repeated(p, 3, &m.Unsubscribe)
	p.unknown(&m.Unknown)
}

func (m *Subscribe) layout(p *proto) {
	p.bytes(1, &m.Channel)
	p.nonzero(2, &m.Checkpoint)
	repeated(p, 3, &m.Attributes)
	p.nonzero(4, &m.ReplayCount)
	p.unknown(&m.Unknown)
}

func (m *Unsubscribe) layout(p *proto) {
	p.bytes(1, &m.Channel)
	p.unknown(&m.Unknown)
}

func (m *Attribute) layout(p *proto) {
	p.bytes(1, &m.Key)
	p.bytes(2, &m.Value)
	p.unknown(&m.Unknown)
}
