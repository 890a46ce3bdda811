package courier

import (
	"encoding/binary"
	"fmt"
	"iter"
)

const (
	frameHead = 5 // command and length
	itemHead  = 3 // id and size

	// MaxItem is the longest value of an item, in bytes.
	MaxItem = 1<<16 - 1
)

// A Frame is one command and the bytes of its items.
// A frame from a [Reader] is valid until the reader's next call.
type Frame struct {
	Command Command
	Payload []byte
}

// An Item is one field of a frame. Its id has a meaning per command.
type Item struct {
	ID    uint8
	Value []byte
}

// Items goes through the items in order. When one of them overruns the frame it
// yields an [*ItemOverrunError], once, and stops. The values alias the payload.
func (f Frame) Items() iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for at := 0; at < len(f.Payload); {
			item, next, err := nextItem(f.Payload, at)
			if !yield(item, err) || err != nil {
				return
			}
			at = next
		}
	}
}

// Append appends the frame as it goes over the wire.
func (f Frame) Append(dst []byte) []byte {
	dst = append(dst, byte(f.Command))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(f.Payload)))
	return append(dst, f.Payload...)
}

// AppendFrame appends a frame with the items in the given order.
// It panics when a value is longer than [MaxItem], which no frame can hold.
func AppendFrame(dst []byte, cmd Command, items ...Item) []byte {
	start := len(dst)
	dst = beginFrame(dst, cmd)
	for _, item := range items {
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
	if size > MaxItem {
		panic(fmt.Sprintf("courier: item %d has %d bytes, a frame holds at most %d", id, size, MaxItem))
	}
	return append(dst, id, byte(size>>8), byte(size))
}

// nextItem gives the item at offset at and the offset behind it.
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
