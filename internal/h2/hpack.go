package h2

import (
	"errors"
	"strconv"

	"golang.org/x/net/http2/hpack"
)

// HPACK is in this file and in hpackmemo.go.

// A fieldDecoder decodes the peer's header blocks. Every block must pass it, since
// each changes the dynamic table.
type fieldDecoder struct {
	hp    *hpack.Decoder
	emit  func(hpack.HeaderField)
	last  hpack.HeaderField // the field that hp has emitted last
	memos [memoSlots]memo
	// remembered says that a field of this block did not go through hp.
	remembered bool
}

// errLateSizeUpdate is the decoder's own error after a block whose fields it has all
// seen. "This dynamic table size update MUST occur at the beginning of the first
// header block following the change to the dynamic table size."
// https://www.rfc-editor.org/rfc/rfc7541#section-4.2
var errLateSizeUpdate = errors.New("decoding error: dynamic table size update within a header block")

// newFieldDecoder returns a decoder that calls emit for each field. It allows the peer's
// encoder a table of size octets, or of the 4,096 with which a connection begins, if those are more.
func newFieldDecoder(size uint32, emit func(hpack.HeaderField)) *fieldDecoder {
	d := &fieldDecoder{emit: emit}
	d.hp = hpack.NewDecoder(DefaultHeaderTableSize, func(f hpack.HeaderField) {
		d.last = f
		emit(f)
	})
	d.hp.SetAllowedMaxDynamicTableSize(max(size, DefaultHeaderTableSize))
	return d
}

// begin starts a block. If wanted is false, no field of it is emitted.
func (d *fieldDecoder) begin(wanted bool) {
	d.hp.SetEmitEnabled(wanted)
	d.remembered = false
}

// mute stops emitting until the next block begins.
func (d *fieldDecoder) mute() { d.hp.SetEmitEnabled(false) }

// write decodes the next fragment of a block that comes in pieces.
func (d *fieldDecoder) write(fragment []byte) error {
	_, err := d.hp.Write(fragment)
	return err
}

// end says that the block is complete.
func (d *fieldDecoder) end() error { return d.hp.Close() }

// A fieldEncoder encodes response fields into its block; blocks must be sent in the
// order of encoding. Status 200 and a field that does not repeat, of which most
// responses of APNs consist, it writes without the tables and without compression.
type fieldEncoder struct {
	hp      *hpack.Encoder
	block   []byte
	resized bool // a size update is due at the beginning of the next block
}

func newFieldEncoder() *fieldEncoder {
	e := &fieldEncoder{}
	e.hp = hpack.NewEncoder(e)
	return e
}

// Write appends to the block; it is for the HPACK encoder.
func (e *fieldEncoder) Write(p []byte) (int, error) {
	e.block = append(e.block, p...)
	return len(p), nil
}

// reset starts a new block.
func (e *fieldEncoder) reset() { e.block = e.block[:0] }

const (
	// indexedStatus200 is the field :status 200, indexed.
	// https://www.rfc-editor.org/rfc/rfc7541#section-6.1
	indexedStatus200 = 0x80 | 8
	// neverIndexed begins a literal whose name is spelled out.
	// https://www.rfc-editor.org/rfc/rfc7541#section-6.2.3
	neverIndexed = 0x10
	// maxPlain is the longest string whose length fits into the octet that says it is not
	// Huffman coded. https://www.rfc-editor.org/rfc/rfc7541#section-5.1
	maxPlain = 0x7f - 1
)

// status appends :status, which comes before all other fields.
func (e *fieldEncoder) status(code int) error {
	if code == 200 && !e.resized {
		e.block = append(e.block, indexedStatus200)
		return nil
	}
	e.resized = false
	return e.hp.WriteField(hpack.HeaderField{Name: ":status", Value: strconv.Itoa(code)})
}

// field appends f to the block.
func (e *fieldEncoder) field(f hpack.HeaderField) error {
	if !f.Sensitive || len(f.Name) > maxPlain || len(f.Value) > maxPlain {
		return e.hp.WriteField(f)
	}
	e.block = append(e.block, neverIndexed, byte(len(f.Name)))
	e.block = append(e.block, f.Name...)
	e.block = append(e.block, byte(len(f.Value)))
	e.block = append(e.block, f.Value...)
	return nil
}

// setTableSize applies the peer's HEADER_TABLE_SIZE, up to the default.
func (e *fieldEncoder) setTableSize(size uint32) {
	e.hp.SetMaxDynamicTableSize(size)
	e.resized = true
}
