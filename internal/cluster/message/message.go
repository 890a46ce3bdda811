package message

import (
	"encoding/binary"
	"fmt"
)

// MaxSize is how long a message may be, in bytes: half of what NATS allows by default
// (max_payload, MAX_PAYLOAD_SIZE in nats-server/server/const.go).
const MaxSize = 512 << 10

const (
	magic      = 0xa9
	version    = 1
	headerSize = 12
)

// A Kind is what a message contains.
type Kind uint8

// The kinds of messages.
const (
	KindPushes   Kind = 1
	KindResults  Kind = 2
	KindTransfer Kind = 3
	KindRevision Kind = 7
	KindClaimed  Kind = 8
)

// A Message is what follows a header: [Pushes], [Results], [Transfer], [Revision] or
// [Claimed].
type Message interface {
	Kind() Kind
	append(dst []byte) []byte
}

// Append appends a message with its header to dst. The number names the message among those
// of its sender; a response has the number of its request.
func Append(dst []byte, number uint64, m Message) []byte {
	dst = append(dst, magic, version, byte(m.Kind()), 0)
	dst = binary.BigEndian.AppendUint64(dst, number)
	return m.append(dst)
}

// Parse reads a message. The error is a [*VersionError] for a message of another version
// and a [*FormatError] for anything else that Append does not write. What it returns does not
// share memory with b.
func Parse(b []byte) (number uint64, m Message, err error) {
	r := &reader{input: b}
	if r.u8("magic byte") != magic {
		r.fail(0, "begins with another byte than a9")
	}
	v, kind, flags := r.u8("version"), Kind(r.u8("kind")), r.u8("flags")
	number = r.u64("number")
	switch {
	case r.err != nil:
		return 0, nil, r.err
	case v != version:
		return number, nil, &VersionError{Version: v, Number: number}
	case flags != 0:
		r.fail(3, "has unknown flags")
	}
	m = r.body(kind)
	if r.err == nil && r.offset < len(b) {
		r.fail(r.offset, "has bytes after its end")
	}
	if r.err != nil {
		return number, nil, r.err
	}
	return number, m, nil
}

func (r *reader) body(kind Kind) Message {
	switch kind {
	case KindPushes:
		return Pushes(r.pushes())
	case KindResults:
		return r.results()
	case KindTransfer:
		return Transfer(r.pushes())
	case KindRevision:
		return Revision(r.u64("revision"))
	case KindClaimed:
		return r.claimed()
	}
	r.fail(2, fmt.Sprintf("is of unknown kind %d", kind))
	return nil
}
