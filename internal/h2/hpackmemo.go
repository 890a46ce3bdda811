package h2

import (
	"bytes"

	"golang.org/x/net/http2/hpack"
)

// Many clients never index authorization (every one on nghttp2, such as curl and
// Node), and so send the same long provider token as a Huffman literal with each
// request. A memo recognizes a literal by its octets and saves decoding it, and a
// new string, each time.
//
// Only literals that are not to be indexed take part. They neither change the
// dynamic table nor, with a name that is spelled out or static, depend on it,
// so what the octets mean never changes.
type memo struct {
	octets []byte
	field  hpack.HeaderField
}

const (
	memoSlots     = 16
	maxMemoOctets = 1024
)

// slot returns the place of literal, which begins with name octets of name.
func slot(literal []byte, name int) int {
	return int(literal[0]+literal[min(1, name-1)]*3+literal[name/2]*5+literal[name-1]*7) % memoSlots
}

// writeWhole decodes a block that came in one piece.
func (d *fieldDecoder) writeWhole(block []byte) error {
	start, at := 0, 0 // block[start:at] is for the HPACK decoder
	for at < len(block) {
		p := block[at:]
		kind := kindOf(p[0])
		size, name := kind.measure(p)
		if size == 0 {
			break // incomplete or invalid: the HPACK decoder has the error
		}
		if kind == kindSizeUpdate && at > 0 && d.remembered {
			return errLateSizeUpdate
		}
		at += size
		if kind != kindLiteral || name == 0 || size > maxMemoOctets {
			continue
		}
		if err := d.write(block[start : at-size]); err != nil {
			return err
		}
		start = at
		if err := d.literal(p[:size], name); err != nil {
			return err
		}
	}
	return d.write(block[start:])
}

// literal decodes one literal, with the memo if it has one.
func (d *fieldDecoder) literal(octets []byte, name int) error {
	m := &d.memos[slot(octets, name)]
	if bytes.Equal(m.octets, octets) {
		d.remembered = true
		if d.hp.EmitEnabled() {
			d.emit(m.field)
		}
		return nil
	}
	d.last = hpack.HeaderField{}
	if err := d.write(octets); err != nil {
		return err
	}
	if d.last.Name != "" {
		m.octets = append(m.octets[:0], octets...)
		m.field = d.last
	}
	return nil
}

// A kind is a representation of a field in a header block.
// https://www.rfc-editor.org/rfc/rfc7541#section-6
type kind struct {
	bits    uint // of the integer in the first octet
	strings bool // strings follow
}

var (
	kindIndexed    = kind{7, false} // https://www.rfc-editor.org/rfc/rfc7541#section-6.1
	kindIndexing   = kind{6, true}  // https://www.rfc-editor.org/rfc/rfc7541#section-6.2.1
	kindSizeUpdate = kind{5, false} // https://www.rfc-editor.org/rfc/rfc7541#section-6.3
	kindLiteral    = kind{4, true}  // https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2 and 6.2.3
)

func kindOf(first byte) kind {
	switch {
	case first&0x80 != 0:
		return kindIndexed
	case first&0x40 != 0:
		return kindIndexing
	case first&0x20 != 0:
		return kindSizeUpdate
	}
	return kindLiteral
}

// staticNames is the length of the static table.
// https://www.rfc-editor.org/rfc/rfc7541#appendix-A
const staticNames = 61

// measure returns the length of the representation that p begins with, 0 if it
// is incomplete, and how much of it is the name, 0 if the name is in the dynamic table.
func (k kind) measure(p []byte) (size, name int) {
	index, n := integer(p, k.bits)
	if n == 0 || !k.strings {
		return n, 0
	}
	if index == 0 {
		length := stringLen(p[n:])
		if length == 0 {
			return 0, 0
		}
		n += length
	}
	if index <= staticNames {
		name = n
	}
	length := stringLen(p[n:])
	if length == 0 {
		return 0, 0
	}
	return n + length, name
}

// stringLen returns the length of the string literal that p begins with, 0 if it is
// incomplete. https://www.rfc-editor.org/rfc/rfc7541#section-5.2
func stringLen(p []byte) int {
	length, n := integer(p, 7)
	if n == 0 || length > len(p)-n {
		return 0
	}
	return n + length
}

// integer returns the integer with a prefix of so many bits that p begins with, and its
// length, 0 if it is incomplete or too large.
// https://www.rfc-editor.org/rfc/rfc7541#section-5.1
func integer(p []byte, bits uint) (value, n int) {
	if len(p) == 0 {
		return 0, 0
	}
	limit := 1<<bits - 1
	value = int(p[0]) & limit
	if value < limit {
		return value, 1
	}
	for n = 1; n < min(len(p), 5); n++ {
		value += int(p[n]&0x7f) << (7 * (n - 1))
		if p[n]&0x80 == 0 {
			return value, n + 1
		}
	}
	return 0, 0
}
