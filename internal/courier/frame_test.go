package courier

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// appendFrame appends a frame with the items in the given order.
func appendFrame(dst []byte, cmd Command, items ...Item) []byte {
	start := len(dst)
	dst = beginFrame(dst, cmd)
	for _, item := range items {
		dst = append(appendItemHead(dst, item.ID, len(item.Value)), item.Value...)
	}
	return endFrame(dst, start)
}

func TestAFrameKeepsTheOrderOfItems(t *testing.T) {
	got := appendFrame(unhex("beef"), CmdAck, Item{ID: 4, Value: []byte("a")}, Item{ID: 8}, Item{ID: 4, Value: []byte("b")})
	assert.Equal(t, unhex("beef 0b 0000000b 04 0001 61 08 0000 04 0001 62"), got)
}

func TestItemsGivesEachItemAndThenTheOverrun(t *testing.T) {
	f := Frame{Command: CmdFilter, Payload: unhex("02 0001 61  02 0000  02 0004 616263")}
	var items []Item
	var failed error
	for item, err := range f.Items() {
		if err != nil {
			require.NoError(t, failed, "an overrun is told once")
			failed = err
			continue
		}
		items = append(items, item)
	}
	assert.Equal(t, []Item{{ID: 2, Value: []byte("a")}, {ID: 2, Value: []byte{}}}, items)
	assert.Equal(t, &ItemOverrunError{Offset: 7, Need: 7, Left: 6}, failed)
	assert.EqualError(t, failed, "item at offset 7 needs 7 bytes, the frame has 6 left")
}

func TestItemsStopsWhenTheCallerHasEnough(t *testing.T) {
	n := 0
	for range (Frame{Payload: unhex("02 0000 03 0000")}).Items() {
		n++
		break
	}
	assert.Equal(t, 1, n)
}

// Appending to a value must not write over the item behind it.
func TestItemsDoNotOverlap(t *testing.T) {
	f := Frame{Payload: unhex("02 0001 61 03 0001 62")}
	for item, err := range f.Items() {
		require.NoError(t, err)
		_ = append(item.Value, 0xff)
	}
	assert.Equal(t, unhex("02 0001 61 03 0001 62"), f.Payload)
}

func TestAnItemHoldsAtMost65535Bytes(t *testing.T) {
	longest := appendFrame(nil, CmdAck, Item{ID: 1, Value: make([]byte, MaxItem)})
	assert.Equal(t, unhex("0b 00010002 01 ffff"), longest[:8])
	assert.PanicsWithValue(t, "courier: item 1 has 65536 bytes, a frame holds at most 65535", func() {
		appendFrame(nil, CmdAck, Item{ID: 1, Value: make([]byte, MaxItem+1)})
	})
}
