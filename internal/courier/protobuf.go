package courier

import (
	"encoding/binary"
	"slices"
)

// The wire types of protocol buffers. Groups, which are 3 and 4, are refused.
// https://protobuf.dev/programming-guides/encoding/#structure
const (
	protoVarint  = 0
	protoFixed64 = 1
	protoBytes   = 2
	protoFixed32 = 5
)

const (
	// maxProtoNumber is the highest number of a field.
	maxProtoNumber = 1<<29 - 1
	// maxProtoNested is how many messages a body may hold in all. The largest
	// item holds fewer subscriptions with ids of 16 bytes.
	maxProtoNested = 4096
)

// A proto is one walk over the layout of a protocol buffer, as fields is one over
// that of a frame. Reading walks once per field on the wire, and the entry with
// its number and wire type takes it.
type proto struct {
	writing bool
	out     []byte

	// Reading: the rest of the message is in[at:end].
	in      []byte
	at, end int
	field   protoField // the one to place
	taken   bool       // an entry has taken it
	nested  int        // messages that were read within this body
	err     error
}

// A protoField is one field on the wire.
type protoField struct {
	start  int // offset of its tag
	number int
	kind   int
	varint uint64
	value  int // offset of its bytes, which go up to the next field
}

// A protoBody lists its entries, in the order of their numbers.
type protoBody interface{ layout(p *proto) }

func appendProto(dst []byte, m protoBody) []byte {
	p := proto{writing: true, out: dst}
	m.layout(&p)
	return p.out
}

// readingProto starts a walk over the fields of a body.
func readingProto(body []byte) proto { return proto{in: body, end: len(body)} }

// read places all fields into m.
func (p *proto) read(m protoBody) {
	for p.next() {
		m.layout(p)
	}
}

// next fetches the next field to place. It is false at the end and on an error.
func (p *proto) next() bool {
	if p.err != nil || p.at == p.end {
		return false
	}
	p.taken = false
	p.field = protoField{start: p.at}
	tag := p.readVarint()
	if p.err != nil {
		return false
	}
	if number := tag >> 3; number == 0 || number > maxProtoNumber {
		return p.fail(p.field.start, "a field with a number out of range")
	}
	p.field.number, p.field.kind = int(tag>>3), int(tag&7)
	return p.readValue()
}

// readValue reads what follows the tag.
func (p *proto) readValue() bool {
	switch p.field.kind {
	case protoVarint:
		p.field.varint = p.readVarint()
		return p.err == nil
	case protoFixed64:
		return p.skip(8)
	case protoFixed32:
		return p.skip(4)
	case protoBytes:
		size := p.readVarint()
		return p.err == nil && p.skip(size)
	}
	return p.fail(p.field.start, "a field of a wire type that is not in use")
}

func (p *proto) readVarint() uint64 {
	v, n := binary.Uvarint(p.in[p.at:p.end])
	if n <= 0 {
		p.fail(p.at, "an integer that is cut off or longer than 64 bits")
		return 0
	}
	p.at += n
	return v
}

// skip passes over the bytes of a value.
func (p *proto) skip(size uint64) bool {
	if size > uint64(p.end-p.at) {
		return p.fail(p.at, "a field that reaches beyond its message")
	}
	p.field.value = p.at
	p.at += int(size)
	return true
}

// fail ends the walk. It is false.
func (p *proto) fail(offset int, problem string) bool {
	p.err = &BodyError{Offset: offset, Problem: problem}
	return false
}

// takes reports whether the field to place has a number and a wire type. One of
// another wire type counts as unknown, as it does for every reader of protocol
// buffers.
func (p *proto) takes(number, kind int) bool {
	if p.field.number != number || p.field.kind != kind {
		return false
	}
	p.taken = true
	return true
}

// readNested places the bytes of the present field into m.
func (p *proto) readNested(m protoBody) {
	if p.nested++; p.nested > maxProtoNested {
		p.fail(p.field.start, "too many messages")
		return
	}
	inner := proto{in: p.in, at: p.field.value, end: p.at, nested: p.nested}
	inner.read(m)
	p.nested, p.err = inner.nested, inner.err
}

// putNested writes m as a field. Its size is known, and put before it, once it is
// written.
func (p *proto) putNested(number int, m protoBody) {
	p.putTag(number, protoBytes)
	start := len(p.out)
	m.layout(p)
	var size [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(size[:], uint64(len(p.out)-start))
	p.out = slices.Insert(p.out, start, size[:n]...)
}

func (p *proto) putTag(number, kind int) {
	p.out = binary.AppendUvarint(p.out, uint64(number)<<3|uint64(kind))
}
