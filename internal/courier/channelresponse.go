package courier

// Values of ChannelStatus.Status.
const (
	// In a response:
	ChannelInvalid  uint64 = 0 // there is no such channel
	ChannelAccepted uint64 = 1 // Checkpoint is that of the channel's newest message

	// In an update:
	ChannelDeleted uint64 = 0 // the channel no longer exists
)

// ResendChannels is the value of UpdateForAll.Status that asks the device for its
// subscriptions again.
const ResendChannels uint64 = 0

// A ChannelResponseBody is the protocol buffer in field 2 of a [ChannelResponse]: the
// status of each channel of the request.
//
// observed: apsd, rustpush
type ChannelResponseBody struct {
	Apps    []AppResponse
	Unknown []byte
}

// An AppResponse is about the channels of one app.
type AppResponse struct {
	Topic        string
	Subscribed   []ChannelStatus
	Unsubscribed []ChannelStatus
	Unknown      []byte
}

// A ChannelStatus is the result for one channel.
type ChannelStatus struct {
	Channel    []byte
	Status     uint64
	Checkpoint uint64 // ns since 1970; 0 for none
	Unknown    []byte
}

// A ChannelUpdateBody is the protocol buffer in field 2 of a [ChannelUpdate].
//
// observed: apsd, rustpush
type ChannelUpdateBody struct {
	Apps    []AppUpdate
	All     *UpdateForAll // nil for none
	Unknown []byte
}

// An AppUpdate is a change of a channel of an app.
type AppUpdate struct {
	Topic   string
	Channel *ChannelStatus
	Unknown []byte
}

// An UpdateForAll concerns all subscriptions of a device.
type UpdateForAll struct {
	Status  uint64 // ResendChannels
	Unknown []byte
}

// Append appends the body.
func (m *ChannelResponseBody) Append(dst []byte) []byte { return appendProto(dst, m) }

// Parse replaces m by the contents of a body; m then aliases it. The error is a
// [*BodyError].
func (m *ChannelResponseBody) Parse(body []byte) error {
	*m = ChannelResponseBody{}
	p := readingProto(body)
	p.read(m)
	return p.err
}

// Append appends the body.
func (m *ChannelUpdateBody) Append(dst []byte) []byte { return appendProto(dst, m) }

// Parse replaces m by the contents of a body; m then aliases it. The error is a
// [*BodyError].
func (m *ChannelUpdateBody) Parse(body []byte) error {
	*m = ChannelUpdateBody{}
	p := readingProto(body)
	p.read(m)
	return p.err
}

func (m *ChannelResponseBody) layout(p *proto) {
	repeated(p, 1, &m.Apps)
	p.unknown(&m.Unknown)
}

func (m *AppResponse) layout(p *proto) {
	p.text(1, &m.Topic)
	repeated(p, 2, &m.Subscribed)
	repeated(p, 3, &m.Unsubscribed)
	p.unknown(&m.Unknown)
}

func (m *ChannelStatus) layout(p *proto) {
	p.bytes(1, &m.Channel)
	p.always(2, &m.Status)
	p.nonzero(3, &m.Checkpoint)
	p.unknown(&m.Unknown)
}

func (m *ChannelUpdateBody) layout(p *proto) {
	repeated(p, 1, &m.Apps)
	nested(p, 2, &m.All)
	p.unknown(&m.Unknown)
}

func (m *AppUpdate) layout(p *proto) {
	p.text(1, &m.Topic)
	nested(p, 2, &m.Channel)
	p.unknown(&m.Unknown)
}

func (m *UpdateForAll) layout(p *proto) {
	p.always(1, &m.Status)
	p.unknown(&m.Unknown)
}
