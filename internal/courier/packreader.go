package courier

import (
	"encoding/binary"
	"fmt"
	"io"
)

// A PackReader splits a stream of packed frames (apns-pack-v1) into frames.
// It keeps the tables of one direction of one connection, so it reads the connection
// from its first byte. Like [Reader], it starts no goroutine and reads only when Next
// needs more bytes than it has.
type PackReader struct {
	frames Reader
	keys   keyTable
	values valueTable
	walk   fields // used by the latest frame

	items  []byte // of the latest frame
	nested []byte // the dictionary or array being read
	err    error  // that ended the stream
}

// NewPackReader returns a reader of the packed frames in r.
func NewPackReader(r io.Reader, opts ReaderOptions) *PackReader {
	frames := NewReader(r, opts)
	frames.packed = true
	return &PackReader{frames: *frames, values: valueTable{limit: packTable}}
}

// Release is [Reader.Release].
func (r *PackReader) Release() { r.frames.Release() }

// Next returns the next frame, valid until the next call. Its errors are those of
// [Reader.Next], and a [*PackError] for a frame that cannot be read, after which the reader
// cannot continue. With its references resolved, a frame may be four times the limit.
func (r *PackReader) Next() (Frame, error) {
	if r.err != nil {
		return Frame{}, r.err
	}
	if cap(r.items) > bufferSmall && !r.frames.Buffered() {
		r.items, r.nested = nil, nil
	}
	f, err := r.frames.Next()
	if err != nil {
		return Frame{}, err
	}
	u := unpacking{r: r, packCursor: packCursor{in: f.Payload}, cmd: f.Command}
	if err := u.items(); err != nil {
		r.err = fmt.Errorf("read %s: %w", f.Command, err)
		return Frame{}, r.err
	}
	return Frame{Command: f.Command, Payload: r.items, walk: &r.walk}, nil
}

// Buffered reports whether Next would return without reading from the stream.
func (r *PackReader) Buffered() bool { return r.err != nil || r.frames.Buffered() }

// Begun is [Reader.Begun].
func (r *PackReader) Begun() bool { return r.err == nil && r.frames.Begun() }

// packedItemHead is id, type and size of an item in the payload of a packed frame.
// That payload has the references resolved; it is never sent.
const packedItemHead = 4

// nextPackedItem returns the item at an offset, and the offset of the next one.
func nextPackedItem(payload []byte, at int) (Item, int) {
	b := payload[at:]
	end := packedItemHead + int(binary.BigEndian.Uint16(b[2:]))
	return Item{ID: b[0], Type: ItemType(b[1]), Value: b[packedItemHead:end:end]}, at + end
}

// An unpacking reads the attributes of one frame into the items and tables of its
// reader.
type unpacking struct {
	packCursor
	r   *PackReader
	cmd Command
}

func (u *unpacking) items() error {
	u.r.items = u.r.items[:0]
	for u.at < len(u.in) {
		if err := u.item(); err != nil {
			return err
		}
	}
	return nil
}

// item reads an attribute of the frame itself.
func (u *unpacking) item() error {
	start := u.at
	head, key, err := u.head()
	if err != nil {
		return err
	}
	if len(key) != 1 {
		return u.fail(start, "a field whose key is no single byte")
	}
	id := key[0] // the key may be in the table, which nested values change
	u.r.nested = u.r.nested[:0]
	value, depth, err := u.value(head, 0)
	if err != nil {
		return err
	}
	c := packCursor{in: value, at: 1}
	typ, content, scalar, err := c.scalar()
	if err != nil {
		return err
	}
	if !scalar {
		if typ, content = TypeDictionary, value; value[0] >= packArray {
			typ = TypeArray
		}
	}
	if len(content) > MaxItem {
		return u.fail(start, "a value that is too long")
	}
	if err := u.room(packedItemHead + len(content)); err != nil {
		return err
	}
	u.r.items = append(u.r.items, id, byte(typ), byte(len(content)>>8), byte(len(content)))
	u.r.items = append(u.r.items, content...)
	if head&packIndexed != 0 {
		u.r.values.add(value, depth)
	}
	return nil
}

// packedGrowth is how many times its limit a frame may take in memory. Without references
// it is less than three times: two bytes of an attribute make five of an item. Two bytes of
// a reference may stand for four thousand.
const packedGrowth = 4

// room returns an error if size more bytes would exceed what a frame may take.
func (u *unpacking) room(size int) error {
	size += len(u.r.items) + len(u.r.nested)
	if limit := packedGrowth * u.r.frames.max; size > limit {
		return &FrameTooLargeError{Command: u.cmd, Length: uint32(size), Limit: limit}
	}
	return nil
}

// head reads the first byte of an attribute and its key.
func (u *unpacking) head() (head byte, key string, err error) {
	start := u.at
	if head, err = u.byte(); err != nil {
		return 0, "", err
	}
	switch {
	case head&packReference != 0 && head&packIndexed != 0:
		return 0, "", u.fail(start, "a reference that is to be indexed")
	case head&packKnownKey != 0:
		known, ok := u.r.keys.at(int(head & (1<<packKnownBits - 1)))
		if !ok {
			return 0, "", u.fail(start, "a reference to a key that is not in the table")
		}
		return head, known, nil
	case head&packLiteralKey == 0:
		return head, shortKey(head & (packShortKeys - 1)), nil
	}
	if key, err = u.key(); err != nil {
		return 0, "", err
	}
	u.r.keys.add(key)
	return head, key, nil
}

// value reads the value behind the head of an attribute, as it is encoded without
// references. It is valid until the next one is read. depth is how deep it is nested.
func (u *unpacking) value(head byte, level int) (value []byte, depth int, err error) {
	start := u.at
	if _, err := u.byte(); err != nil {
		return nil, 0, err
	}
	if head&packReference == 0 {
		return u.literal(level)
	}
	index, err := u.tagged(packIndexBits)
	if err != nil {
		return nil, 0, err
	}
	value, depth, ok := u.r.values.at(index)
	if !ok {
		return nil, 0, u.fail(start, "a reference to a value that is not in the table")
	}
	if level+depth > maxPackDepth {
		return nil, 0, u.fail(start, "values that are nested too deep")
	}
	return value, depth, nil
}

// literal reads a value whose first byte is the one before the cursor.
func (u *unpacking) literal(level int) (value []byte, depth int, err error) {
	start := u.at - 1
	_, _, scalar, err := u.scalar()
	if err != nil {
		return nil, 0, err
	}
	if scalar {
		return u.in[start:u.at:u.at], 0, nil
	}
	if level == maxPackDepth {
		return nil, 0, u.fail(start, "values that are nested too deep")
	}
	begin := len(u.r.nested)
	depth, err = u.nest(level + 1)
	if err != nil {
		return nil, 0, err
	}
	return u.r.nested[begin:], depth, nil
}

// nest reads a dictionary or an array, whose first byte is the one before the cursor,
// and appends it to nested, free of references.
func (u *unpacking) nest(level int) (depth int, err error) {
	tag := u.in[u.at-1] &^ (1<<packCountBits - 1)
	count, err := u.tagged(packCountBits)
	if err != nil {
		return 0, err
	}
	u.r.nested = appendTagged(u.r.nested, tag, packCountBits, int(count))
	for range count {
		var head byte
		if tag == packDictionary {
			var key string
			if head, key, err = u.head(); err != nil {
				return 0, err
			}
			u.r.nested = appendLiteralKey(u.r.nested, 0, key)
		}
		begin := len(u.r.nested)
		value, inner, err := u.value(head, level)
		if err != nil {
			return 0, err
		}
		depth = max(depth, inner)
		if inner == 0 || head&packReference != 0 { // a nested literal is there already
			if err := u.room(len(value)); err != nil {
				return 0, err
			}
			u.r.nested = append(u.r.nested, value...)
		}
		if head&packIndexed != 0 {
			u.r.values.add(u.r.nested[begin:], inner)
		}
	}
	return depth + 1, nil
}

// appendLiteralKey appends the head of an attribute that spells out its key.
func appendLiteralKey(dst []byte, flags byte, key string) []byte {
	if len(key) == 1 && key[0] < packShortKeys {
		return append(dst, flags|key[0])
	}
	return append(appendTagged(dst, flags|packLiteralKey, packKeyBits, len(key)-1), key...)
}
