package courier

import (
	"encoding/binary"
	"fmt"
	"iter"
)

const (
	frameHead  = 5 // command and length
	packedHead = 2 // command and the first byte of the length
	itemHead   = 3 // id and size

	// MaxItem is the longest value of an item, in bytes.
	MaxItem = 1<<16 - 1

	// DefaultMaxFrame is the longest payload that a [Reader] accepts by default, in bytes.
	// It is that of packed frames; for plain frames no limit is known.
	//
	// observed: apsd
	DefaultMaxFrame = 128 << 10
)

// A Frame is one command and the bytes of its items.
// A frame from a [Reader] or a [PackReader] is valid until the reader's next call.
type Frame struct {
	Command Command
	Payload []byte // of a packed frame: in a form of this package, with references resolved

	walk *fields // of the PackReader the frame comes from; nil if it is plain
}

// An Item is one field of a frame. Its id has a meaning per command.
type Item struct {
	ID    uint8
	Type  ItemType // of a packed frame's item
	Value []byte
}

// Packed reports whether the frame comes from a [PackReader].
func (f Frame) Packed() bool { return f.walk != nil }

// Parse replaces m by the contents of the frame; m then aliases the frame. The error is an
// [*ItemOverrunError].
func (f Frame) Parse(m Message) error {
	if f.walk == nil {
		return m.Parse(f.Payload)
	}
	return unpackMessage(m, f)
}

// Items yields the items in order. If an item overruns the frame, it yields an
// [*ItemOverrunError] and stops. The values alias the payload.
func (f Frame) Items() iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for at := 0; at < len(f.Payload); {
			item, next, err := f.nextItem(at)
			if !yield(item, err) || err != nil {
				return
			}
			at = next
		}
	}
}

func (f Frame) nextItem(at int) (item Item, next int, err error) {
	if f.walk == nil {
		return nextItem(f.Payload, at)
	}
	item, next = nextPackedItem(f.Payload, at)
	return item, next, nil
}

// Append appends the frame as it is sent, if it is plain. A packed frame becomes a plain
// one with the values of its items, since only a [Packer] has the tables to encode it.
func (f Frame) Append(dst []byte) []byte {
	if f.walk != nil {
		return f.appendPlain(dst)
	}
	dst = append(dst, byte(f.Command))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(f.Payload)))
	return append(dst, f.Payload...)
}

func (f Frame) appendPlain(dst []byte) []byte {
	start := len(dst)
	dst = beginFrame(dst, f.Command)
	for at := 0; at < len(f.Payload); {
		var item Item
		item, at = nextPackedItem(f.Payload, at)
		dst = append(appendItemHead(dst, item.ID, len(item.Value)), item.Value...)
	}
	return endFrame(dst, start)
}

// beginFrame appends the head of a frame whose length is not known yet.
func beginFrame(dst []byte, cmd Command) []byte {
	return append(dst, byte(cmd), 0, 0, 0, 0)
}

// endFrame fills in the length of the frame that begins at start.
func endFrame(dst []byte, start int) []byte {
	binary.BigEndian.PutUint32(dst[start+1:], uint32(len(dst)-start-frameHead))
	return dst
}

// appendItemHead appends the head of an item of size bytes.
func appendItemHead(dst []byte, id uint8, size int) []byte {
	mustFit(id, size)
	return append(dst, id, byte(size>>8), byte(size))
}

// mustFit panics if a value is too long for a frame.
func mustFit(id uint8, size int) {
	if size > MaxItem {
		panic(fmt.Sprintf("courier: item %d has %d bytes, a frame holds at most %d", id, size, MaxItem))
	}
}

// nextItem returns the item at an offset, and the offset of the next one.
func nextItem(payload []byte, at int) (item Item, next int, err error) {
	left := payload[at:]
	need := itemHead
	if len(left) >= itemHead {
		need += int(binary.BigEndian.Uint16(left[1:]))
	}
	if need > len(left) {
		return Item{}, at, &ItemOverrunError{Offset: at, Need: need, Left: len(left)}
	}
	return Item{ID: left[0], Value: left[itemHead:need:need]}, at + need, nil
}
