package message

import (
	"encoding/binary"
	"math/bits"
)

// A reader takes the fields of a message from its bytes. After the first error it returns
// zeros.
type reader struct {
	input  []byte
	offset int
	err    error
}

// fail notes what is wrong, unless something was wrong before.
func (r *reader) fail(offset int, problem string) {
	if r.err == nil {
		r.err = &FormatError{Offset: offset, Problem: problem}
	}
}

// take returns the next n bytes, nil if there are not as many.
func (r *reader) take(n uint64, field string) []byte {
	if r.err != nil {
		return nil
	}
	if n > uint64(len(r.input)-r.offset) {
		r.fail(r.offset, "ends within its "+field)
		return nil
	}
	b := r.input[r.offset : r.offset+int(n)]
	r.offset += int(n)
	return b
}

func (r *reader) u8(field string) uint8 {
	if b := r.take(1, field); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) u64(field string) uint64 {
	if b := r.take(8, field); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// uvarint reads a length or a count in its shortest form.
func (r *reader) uvarint(field string) uint64 {
	if r.err != nil {
		return 0
	}
	value, n := binary.Uvarint(r.input[r.offset:])
	switch {
	case n == 0:
		r.fail(r.offset, "ends within its "+field)
		return 0
	case n != uvarintSize(value): // longer than needed, or more than 64 bits
		r.fail(r.offset, "has a malformed "+field)
		return 0
	}
	r.offset += n
	return value
}

// count reads how many elements follow, each of which has at least size bytes.
func (r *reader) count(size int, field string) int {
	offset := r.offset
	count := r.uvarint(field)
	if r.err == nil && count > uint64((len(r.input)-r.offset)/size) {
		r.fail(offset, "has fewer bytes than its "+field+" needs")
	}
	if r.err != nil {
		return 0
	}
	return int(count)
}

// bytes reads a length and as many bytes.
func (r *reader) bytes(field string) []byte { return r.take(r.uvarint("length of the "+field), field) }

func (r *reader) text(field string) string { return string(r.bytes(field)) }

func appendText[T ~string | ~[]byte](dst []byte, text T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// textSize is how many bytes appendText appends for a text of so many bytes.
func textSize(length int) int { return uvarintSize(uint64(length)) + length }

func uvarintSize(value uint64) int { return (bits.Len64(value|1) + 6) / 7 }
