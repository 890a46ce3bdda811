package courier

import "math/bits"

// Bits of the first byte of an attribute.
//
// observed: apsd, rustpush
const (
	packReference  = 0x80 // the value is in the table
	packIndexed    = 0x40 // the value is a literal and goes into the table
	packKnownKey   = 0x20 // the key is in the table, at the low 5 bits
	packLiteralKey = 0x10 // the key follows; with neither bit, it is the low 4 bits

	packKnownBits  = 5
	packKeyBits    = 4
	packShortKeys  = 1 << packKeyBits // keys below need no table
	packIndexBits  = 8
	packLengthBits = 8 // of the length of a frame
)

// First bytes of values, and the width of the integer in their low bits.
const (
	packData       = 0x00
	packText       = 0x40
	packSmall      = 0x80 // an integer below 32
	packInteger    = 0xa0 // the low 3 bits are the number of bytes less one
	packNegative   = 0xa8 // the same
	packDictionary = 0xc0
	packArray      = 0xd0
	packFalse      = 0xe0
	packTrue       = 0xe1

	packDataBits  = 6
	packTextBits  = 5
	packCountBits = 4
	packSmallMax  = 32

	// maxPackDepth is how deep dictionaries and arrays may be nested. No client is
	// known to need more than two.
	maxPackDepth = 16
)

// appendPackInteger appends an integer, negative with the tag for it.
func appendPackInteger(dst []byte, tag byte, magnitude uint64) []byte {
	if magnitude < packSmallMax && tag == packInteger {
		return append(dst, packSmall|byte(magnitude))
	}
	n := max(1, (bits.Len64(magnitude)+7)/8)
	dst = append(dst, tag|byte(n-1))
	for i := n - 1; i >= 0; i-- {
		dst = append(dst, byte(magnitude>>(8*i)))
	}
	return dst
}

// shortKey is a key of one byte.
func shortKey(id byte) string { return string([]byte{id}) }

// A packCursor goes through packed bytes.
type packCursor struct {
	in []byte
	at int
}

// fail makes the error about what stands at an offset.
func (c *packCursor) fail(offset int, problem string) error {
	return &PackError{Offset: offset, Problem: problem}
}

func (c *packCursor) byte() (byte, error) {
	if c.at == len(c.in) {
		return 0, c.fail(c.at, "it ends within an attribute")
	}
	c.at++
	return c.in[c.at-1], nil
}

// tagged reads the integer of width w whose first byte is the one before the cursor.
func (c *packCursor) tagged(w int) (uint64, error) {
	v, n := readTagged(c.in[c.at-1:], w)
	switch {
	case n == 0:
		return 0, c.fail(c.at-1, "it ends within an integer")
	case n < 0:
		return 0, c.fail(c.at-1, "an integer that is too long")
	}
	c.at += n - 1
	return v, nil
}

// bytes takes size bytes.
func (c *packCursor) bytes(size uint64) ([]byte, error) {
	if size > uint64(len(c.in)-c.at) {
		return nil, c.fail(c.at, "it ends within a value")
	}
	c.at += int(size)
	return c.in[c.at-int(size) : c.at : c.at], nil
}

// key takes a literal key, whose first byte is the one before the cursor.
func (c *packCursor) key() (string, error) {
	start := c.at - 1
	less, err := c.tagged(packKeyBits)
	if err != nil {
		return "", err
	}
	if less >= maxPackKey {
		return "", c.fail(start, "a key that is too long")
	}
	key, err := c.bytes(less + 1)
	return string(key), err // a single byte is no allocation
}

// scalar takes a value that consists of no others: its type and what Item.Value
// holds of it. The first byte is the one before the cursor. ok is false, and nothing
// is taken, if it begins a dictionary or an array.
func (c *packCursor) scalar() (typ ItemType, value []byte, ok bool, err error) {
	start, tag := c.at-1, c.in[c.at-1]
	switch {
	case tag < packText:
		value, err = c.sized(packDataBits)
		return TypeData, value, true, err
	case tag < packSmall && tag&0x20 == 0:
		value, err = c.sized(packTextBits)
		return TypeText, value, true, err
	case tag >= packSmall && tag < packInteger:
		return TypeInteger, smallIntegers[tag&0x1f:][:1:1], true, nil
	case tag >= packInteger && tag < packInteger+0x10:
		if value, err = c.bytes(uint64(tag&7) + 1); err != nil {
			return 0, nil, true, err
		}
		for len(value) > 1 && value[0] == 0 {
			value = value[1:]
		}
		if tag < packNegative || len(value) == 1 && value[0] == 0 {
			return TypeInteger, value, true, nil
		}
		return TypeNegative, value, true, nil
	case tag == packFalse, tag == packTrue:
		return TypeBool, smallIntegers[tag&1:][:1:1], true, nil
	case tag >= packDictionary && tag < packFalse:
		return 0, nil, false, nil
	}
	return 0, nil, true, c.fail(start, "a value of unknown type")
}

// smallIntegers are the values of the integers that need no bytes of their own.
var smallIntegers = func() (v [packSmallMax]byte) {
	for i := range v {
		v[i] = byte(i)
	}
	return v
}()

// sized takes the bytes of data or text.
func (c *packCursor) sized(w int) ([]byte, error) {
	start := c.at - 1
	size, err := c.tagged(w)
	if err != nil {
		return nil, err
	}
	if size > MaxItem {
		return nil, c.fail(start, "a value that is too long")
	}
	return c.bytes(size)
}
