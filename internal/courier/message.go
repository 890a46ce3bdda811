package courier

import (
	"fmt"
	"reflect"
)

// A Message is the contents of one frame: a pointer to one of the structs of this
// package. The zero value of each struct is legal. In all of them
//
//   - a nil []byte, an empty string and an Opt that is not set are absent items;
//   - other integers are left out when zero, unless the protocol always has them;
//   - of an item that should not repeat, the last one counts;
//   - Extra holds the items the struct has no field for.
type Message interface {
	// Command is the first byte of the frame.
	Command() Command

	// Append appends the message as a plain frame; a [Packer] appends a packed one.
	// It panics when a value is longer than [MaxItem].
	Append(dst []byte) []byte

	// Parse replaces the message by the contents of a plain frame's payload; for a frame
	// that may be packed, use [Frame.Parse]. The message then aliases the
	// payload. The error is an [*ItemOverrunError].
	Parse(payload []byte) error

	// String is the message as a line for logs and transcripts, long values cut.
	String() string
}

// A described message lists its fields for the walks of package courier.
type described interface {
	Message
	layout(f *fields)
}

// ParseFromDevice returns the message in a frame that a device sent. The message aliases
// the payload of the frame. A command that devices do not send becomes an
// [*Unknown]; the only error is an [*ItemOverrunError].
func ParseFromDevice(f Frame) (Message, error) { return parse(f, byCommand[f.Command].fromDevice) }

// ParseFromServer returns the message in a frame that a courier sent. The message aliases
// the payload of the frame. A command that couriers do not send becomes an
// [*Unknown]; the only error is an [*ItemOverrunError].
func ParseFromServer(f Frame) (Message, error) { return parse(f, byCommand[f.Command].fromServer) }

func parse(f Frame, empty func() Message) (Message, error) {
	m := Message(&Unknown{Cmd: f.Command})
	if empty != nil {
		m = empty()
	}
	if err := f.Parse(m); err != nil {
		return nil, fmt.Errorf("parse %s: %w", f.Command, err)
	}
	return m, nil
}

// The three walks. Notification, Ack and the keepalives have the first two written out,
// since a call through an interface would move the message to the heap, and they are sent
// and received once per push.

func appendMessage(dst []byte, m described) []byte {
	f := writing(dst, m.Command())
	m.layout(&f)
	return f.frame()
}

func parseMessage[T any, M interface {
	*T
	described
}](m M, payload []byte) error {
	var zero T
	*m = zero
	f := reading(payload)
	for f.next() {
		m.layout(&f)
	}
	return f.err
}

// unpackMessage reads a packed frame. Its walk is that of the reader, so that reading
// allocates nothing.
func unpackMessage(m Message, packed Frame) error {
	v := reflect.ValueOf(m).Elem()
	v.SetZero()
	if unknown, ok := m.(*Unknown); ok {
		unknown.Cmd = packed.Command
	}
	f := packed.walk
	*f = fields{mode: modeRead, payload: packed.Payload, packed: true}
	for f.next() {
		m.(described).layout(f)
	}
	return f.err
}

func describe(m described) string {
	f := fields{mode: modePrint, out: []byte(reflect.TypeOf(m).Elem().Name())}
	m.layout(&f)
	return string(f.out)
}
