package courier

import (
	"encoding/binary"
	"fmt"
)

// A Packer writes packed frames, as apns-pack-v1 has them. It keeps the tables of one
// direction of one connection: everything it has written must be sent in the same order,
// or the connection must end.
type Packer struct {
	keys   keyTable
	values valueTable
	walk   fields
	value  []byte // the recurring one being written
	budget int    // room in the table that topics of this frame may still use
}

// NewPacker returns the packer of a new connection.
func NewPacker() *Packer { return &Packer{values: valueTable{limit: packTable}} }

// Append appends a message as a packed frame. It panics when a value is longer than
// [MaxItem], and omits fields that packed frames do not have: see
// [ConnectResponse].
func (p *Packer) Append(dst []byte, m Message) []byte {
	start := len(dst)
	p.budget = p.values.limit / 2
	p.walk = fields{mode: modePack, out: append(dst, byte(m.Command()), 0), pack: p}
	m.(described).layout(&p.walk)
	out := p.walk.out
	p.walk = fields{}
	return endPackedFrame(out, start)
}

// endPackedFrame fills in the length of the packed frame that begins at start, for
// which one byte was left.
func endPackedFrame(out []byte, start int) []byte {
	length := len(out) - start - packedHead
	rest := taggedRest(packLengthBits, length)
	for range rest {
		out = append(out, 0)
	}
	copy(out[start+packedHead+rest:], out[start+packedHead:start+packedHead+length])
	appendTagged(out[:start+1], 0, packLengthBits, length)
	return out
}

// appendHead appends the first byte of an attribute and its key.
func (p *Packer) appendHead(out []byte, flags byte, key string) []byte {
	if len(key) == 1 && key[0] < packShortKeys {
		return append(out, flags|key[0])
	}
	if index := p.keys.find(key); index >= 0 {
		return append(out, flags|packKnownKey|byte(index))
	}
	p.keys.add(key)
	return appendLiteralKey(out, flags, key)
}

// appendSized appends an attribute of data or text.
func (p *Packer) appendSized(out []byte, id uint8, tag byte, w int, value []byte) []byte {
	mustFit(id, len(value))
	return append(appendTagged(p.appendHead(out, 0, shortKey(id)), tag, w, len(value)), value...)
}

// appendText appends an attribute of text.
func appendText[T string | []byte](p *Packer, out []byte, id uint8, value T) []byte {
	mustFit(id, len(value))
	return append(appendTagged(p.appendHead(out, 0, shortKey(id)), packText, packTextBits, len(value)), value...)
}

// appendRecurring appends an attribute of data or text, as a reference if the value is
// in the table. Otherwise the value goes there.
func (p *Packer) appendRecurring(out []byte, id uint8, tag byte, w int, value []byte) []byte {
	mustFit(id, len(value))
	if !p.values.takes(1 + taggedRest(w, len(value)) + len(value)) {
		return p.appendSized(out, id, tag, w, value)
	}
	p.value = append(appendTagged(p.value[:0], tag, w, len(value)), value...)
	return p.appendIndexed(out, shortKey(id), p.value)
}

// appendIndexed appends an attribute with a value as it is encoded, which the table
// takes.
func (p *Packer) appendIndexed(out []byte, key string, value []byte) []byte {
	if index := p.values.find(value); index >= 0 {
		return appendTagged(p.appendHead(out, packReference, key), 0, packIndexBits, index)
	}
	p.values.add(value, 0)
	return append(p.appendHead(out, packIndexed, key), value...)
}

// appendItem appends an attribute that no field describes.
func (p *Packer) appendItem(out []byte, item Item) []byte {
	switch item.Type {
	case TypeText:
		return appendText(p, out, item.ID, item.Value)
	case TypeInteger, TypeNegative:
		tag := byte(packInteger)
		if item.Type == TypeNegative {
			tag = packNegative
		}
		var magnitude [8]byte
		copy(magnitude[8-min(8, len(item.Value)):], item.Value)
		return appendPackInteger(p.appendHead(out, 0, shortKey(item.ID)), tag, binary.BigEndian.Uint64(magnitude[:]))
	case TypeBool:
		return append(p.appendHead(out, 0, shortKey(item.ID)), packFalse|item.Value[0]&1)
	case TypeDictionary, TypeArray:
		return p.appendNested(out, item.ID, item.Value)
	}
	return p.appendSized(out, item.ID, packData, packDataBits, item.Value)
}

// recurringKeys are the keys of dictionaries whose values a connection carries again
// and again.
//
// observed: apsd
var recurringKeys = map[string]bool{
	"sT": true, "tP": true, "ua": true, "t": true, "sP": true, "E": true, "H": true, "cT": true, "sI": true,
}

// appendNested appends an attribute with a dictionary or an array, given in the form
// of Item.Value. It panics if the value is none.
func (p *Packer) appendNested(out []byte, id uint8, value []byte) []byte {
	mustFit(id, len(value))
	c := packCursor{in: value}
	out, err := p.repack(p.appendHead(out, 0, shortKey(id)), &c)
	if err == nil && c.at < len(value) {
		err = c.fail(c.at, "bytes behind the value")
	}
	if err != nil {
		panic(fmt.Sprintf("courier: item %d is no dictionary and no array: %v", id, err))
	}
	return out
}

// repack appends the value at c, with the tables of this connection.
func (p *Packer) repack(out []byte, c *packCursor) ([]byte, error) {
	start := c.at
	tag, err := c.byte()
	if err != nil {
		return nil, err
	}
	_, _, scalar, err := c.scalar()
	if err != nil {
		return nil, err
	}
	if scalar {
		return append(out, c.in[start:c.at]...), nil
	}
	tag &^= 1<<packCountBits - 1
	count, err := c.tagged(packCountBits)
	if err != nil {
		return nil, err
	}
	out = appendTagged(out, tag, packCountBits, int(count))
	for range count {
		if tag == packDictionary {
			out, err = p.repackEntry(out, c)
		} else {
			out, err = p.repack(out, c)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// repackEntry appends the entry of a dictionary at c.
func (p *Packer) repackEntry(out []byte, c *packCursor) ([]byte, error) {
	head, err := c.byte()
	if err != nil {
		return nil, err
	}
	key := shortKey(head)
	if head >= packShortKeys {
		if key, err = c.key(); err != nil {
			return nil, err
		}
	}
	start := c.at
	if value, ok := c.whole(); ok && recurringKeys[key] && p.values.takes(len(value)) {
		return p.appendIndexed(out, key, value), nil
	}
	c.at = start
	return p.repack(p.appendHead(out, 0, key), c)
}

// whole takes the value at c if it consists of no others.
func (c *packCursor) whole() (value []byte, ok bool) {
	start := c.at
	if _, err := c.byte(); err != nil {
		return nil, false
	}
	_, _, scalar, err := c.scalar()
	if !scalar || err != nil {
		c.at = start
		return nil, false
	}
	return c.in[start:c.at], true
}
