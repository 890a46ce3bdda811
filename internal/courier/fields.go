package courier

import (
	"encoding/binary"
	"math/bits"
)

// A mode is what a walk over a layout does.
type mode uint8

const (
	modeRead  mode = iota // place one item into the message
	modeWrite             // append the message to a frame
	modePack              // append the message to a packed frame
	modePrint             // append the message to a line of text
)

// fields is one walk over the layout of a message: the list of its fields in the order in
// which they are written. Reading walks once per item, and the field with the id of the item
// takes it. Only this type encodes and decodes, so that another framing needs another mode
// and no change of a message.
type fields struct {
	mode mode

	// Writing and printing.
	out   []byte
	start int // where the frame begins
	pack  *Packer

	// Reading.
	payload []byte
	packed  bool // the payload is that of a packed frame
	at      int  // offset of the next item
	item    Item // the item to place
	taken   bool // a field has taken it
	name    string
	form    form // name and form are of the field that has taken it
	err     error
}

// writing starts a walk that appends a frame to dst.
func writing(dst []byte, cmd Command) fields {
	return fields{mode: modeWrite, out: beginFrame(dst, cmd), start: len(dst)}
}

// frame ends a walk that writes, and returns dst with the frame appended.
func (f *fields) frame() []byte { return endFrame(f.out, f.start) }

// reading starts a walk over the items of payload.
func reading(payload []byte) fields {
	return fields{mode: modeRead, payload: payload}
}

// next fetches the next item to place. It is false at the end and on an overrun.
func (f *fields) next() bool {
	if f.at == len(f.payload) {
		return false
	}
	f.taken = false
	if f.packed {
		f.item, f.at = nextPackedItem(f.payload, f.at)
		return true
	}
	f.item, f.at, f.err = nextItem(f.payload, f.at)
	return f.err == nil
}

// takes reports whether the current item belongs to the field id.
func (f *fields) takes(id uint8, name string, form form) bool {
	if f.item.ID != id {
		return false
	}
	f.taken, f.name, f.form = true, name, form
	return true
}

// takeInteger stores the item in *p if it belongs to the field id and has the width of *p.
//
// observed: apsd ignores an integer of another width.
func takeInteger[T integer](f *fields, id uint8, name string, p *T) bool {
	if !f.takes(id, name, formInteger) {
		return false
	}
	v, ok := f.item.integer(width[T]())
	if ok {
		*p = T(v)
	}
	return ok
}

// integer returns the value of an integer field of size bytes. In packed frames integers
// have no width, and those of some clients are signed; data of the width and booleans are
// accepted, too.
func (item *Item) integer(size int) (v uint64, ok bool) {
	if item.Type == TypeData && len(item.Value) != size || len(item.Value) > size {
		return 0, false
	}
	for _, b := range item.Value {
		v = v<<8 | uint64(b)
	}
	switch item.Type {
	case TypeData, TypeInteger, TypeBool:
		return v, true
	case TypeNegative:
		return -v, v <= 1<<(8*size-1)
	}
	return 0, false
}

// putInteger writes or prints an integer of size bytes.
func (f *fields) putInteger(id uint8, name string, size int, v uint64) {
	switch f.mode {
	case modePrint:
		f.out = printInteger(f.out, name, v)
		return
	case modePack:
		f.out = appendPackInteger(f.pack.appendHead(f.out, 0, shortKey(id)), packInteger, v)
		return
	}
	f.out = appendItemHead(f.out, id, size)
	f.out = binary.BigEndian.AppendUint64(f.out, v<<(64-8*size))
	f.out = f.out[:len(f.out)-8+size]
}

// putBytes writes or prints binary data.
func (f *fields) putBytes(id uint8, name string, value []byte) {
	switch f.mode {
	case modePrint:
		f.out = printBytes(f.out, name, value)
		return
	case modePack:
		f.out = f.pack.appendSized(f.out, id, packData, packDataBits, value)
		return
	}
	f.out = append(appendItemHead(f.out, id, len(value)), value...)
}

// putRecurring is putBytes for data that recurs on a connection: a packed frame puts it into
// the table of values, and later frames refer to it.
func (f *fields) putRecurring(id uint8, name string, value []byte) {
	if f.mode == modePack {
		f.out = f.pack.appendRecurring(f.out, id, packData, packDataBits, value)
		return
	}
	f.putBytes(id, name, value)
}

// width is the number of bytes of an integer type.
func width[T integer]() int { return bits.Len64(uint64(^T(0))) / 8 }
