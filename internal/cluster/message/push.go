package message

import (
	"encoding/binary"
	"slices"

	"github.com/apns-sim/apns-sim/apns"
)

// A Push is a push on its way to another node.
type Push struct {
	// Notification has no channel: broadcasts are not sent as pushes.
	*apns.Notification
	// Device and User are the address, in the environment of the notification.
	Device apns.DeviceID
	User   uint8
	// Topic is the hash under which the device knows the topic.
	Topic apns.TopicHash
	// Base says that the push is addressed to the device's base token.
	Base bool
	// Unreported says that the token is retired and not reported yet.
	Unreported bool
	// MaybeSent says that a device may have received the push already.
	MaybeSent bool
	// Stamp is the number of the push and its timestamp, unique in the cluster.
	Stamp uint64
	// Deadline is until when the push may wait, in nanoseconds since 1970; 0 says that its
	// owner computes it.
	Deadline int64
}

// The flags of a push.
const (
	flagSandbox = 1 << iota
	flagBase
	flagUnreported
	flagMaybeSent

	knownFlags = 1<<iota - 1
)

const (
	fixedSize   = 1 + 1 + 8 + 20 + 8 + 8 + 8 + 1
	minPushSize = fixedSize + 8 // with eight empty texts
)

// Size is how many bytes the push has in a message.
func (p *Push) Size() int {
	return fixedSize + textSize(len(p.ID)) + textSize(len(p.UniqueID)) + textSize(len(p.TeamID)) + textSize(len(p.Token)) +
		textSize(len(p.Notification.Topic)) + textSize(len(p.PushType)) + textSize(len(p.CollapseID)) + textSize(len(p.Payload))
}

func (p *Push) append(dst []byte) []byte {
	n := p.Notification
	dst = append(dst, p.flags(), p.User)
	dst = append(dst, p.Device[:]...)
	dst = append(dst, p.Topic[:]...)
	dst = binary.BigEndian.AppendUint64(dst, p.Stamp)
	dst = binary.BigEndian.AppendUint64(dst, uint64(p.Deadline))
	dst = binary.BigEndian.AppendUint64(dst, uint64(n.Expiration))
	dst = append(dst, byte(n.Priority))
	for _, text := range [...]string{n.ID, n.UniqueID, n.TeamID, string(n.Token), n.Topic, string(n.PushType), n.CollapseID} {
		dst = appendText(dst, text)
	}
	return appendText(dst, n.Payload)
}

func (p *Push) flags() (flags byte) {
	for _, f := range [...]struct {
		set bool
		bit byte
	}{
		{p.Environment == apns.Sandbox, flagSandbox},
		{p.Base, flagBase},
		{p.Unreported, flagUnreported},
		{p.MaybeSent, flagMaybeSent},
	} {
		if f.set {
			flags |= f.bit
		}
	}
	return flags
}

func (r *reader) push() Push {
	environment, flags := r.environment(knownFlags)
	p := Push{
		Base:       flags&flagBase != 0,
		Unreported: flags&flagUnreported != 0,
		MaybeSent:  flags&flagMaybeSent != 0,
		User:       r.u8("user"),
	}
	copy(p.Device[:], r.take(uint64(len(p.Device)), "device"))
	copy(p.Topic[:], r.take(uint64(len(p.Topic)), "topic hash"))
	p.Stamp = r.u64("stamp")
	p.Deadline = int64(r.u64("deadline"))
	p.Notification = &apns.Notification{
		Environment: environment,
		Expiration:  apns.Expiration(r.u64("expiration")),
		Priority:    apns.Priority(r.u8("priority")),
		ID:          r.text("apns-id"),
		UniqueID:    r.text("apns-unique-id"),
		TeamID:      r.text("team"),
		Token:       apns.DeviceToken(r.text("token")),
		Topic:       r.text("topic"),
		PushType:    apns.PushType(r.text("push type")),
		CollapseID:  r.text("collapse ID"),
		Payload:     slices.Concat(r.bytes("payload")),
	}
	return p
}

// environment reads flags, of which the lowest is the environment.
func (r *reader) environment(known uint8) (environment apns.Environment, flags uint8) {
	offset := r.offset
	flags = r.u8("flags")
	if flags&^known != 0 {
		r.fail(offset, "has an address with unknown flags")
	}
	if flags&flagSandbox != 0 {
		return apns.Sandbox, flags
	}
	return apns.Production, flags
}

func appendPushes(dst []byte, pushes []Push) []byte {
	size := binary.MaxVarintLen64
	for i := range pushes {
		size += pushes[i].Size()
	}
	dst = binary.AppendUvarint(slices.Grow(dst, size), uint64(len(pushes)))
	for i := range pushes {
		dst = pushes[i].append(dst)
	}
	return dst
}

func (r *reader) pushes() []Push {
	pushes := make([]Push, r.count(minPushSize, "number of pushes"))
	for i := range pushes {
		if r.err == nil {
			pushes[i] = r.push()
		}
	}
	return pushes
}

// Pushes are pushes whose provider has no response yet.
type Pushes []Push

// Kind implements [Message].
func (Pushes) Kind() Kind { return KindPushes }

func (p Pushes) append(dst []byte) []byte { return appendPushes(dst, p) }

// A Transfer is pushes that a former owner held, each with its deadline.
type Transfer []Push

// Kind implements [Message].
func (Transfer) Kind() Kind { return KindTransfer }

func (t Transfer) append(dst []byte) []byte { return appendPushes(dst, t) }
