package courier

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// addSeeds adds the vectors, alone and in a row, and some broken streams.
func addSeeds(f *testing.F) {
	var all []byte
	for _, v := range vectors {
		f.Add(unhex(v.hex))
		all = append(all, unhex(v.hex)...)
	}
	f.Add(all)
	f.Add(all[:len(all)-1])
	f.Add(unhex("0a 7fffffff"))
	f.Add(unhex("0b 00000004 04 0004 00"))
	f.Add(unhex("07 0000000c 02 0000 02 0001 01 08 0000 0c"))
}

// What parses encodes to the same bytes, frame by frame and item by item.
func FuzzFrame(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		r := NewReader(bytes.NewReader(input), ReaderOptions{})
		var out []byte
		for {
			frame, err := r.Next()
			if err != nil {
				requireEnd(t, err, len(out) == len(input))
				break
			}
			out = frame.Append(out)
			requireSameItems(t, frame)
		}
		require.True(t, bytes.HasPrefix(input, out), "frames encode to what was read")
	})
}

// requireEnd demands that err says why no frame follows.
func requireEnd(t *testing.T, err error, complete bool) {
	t.Helper()
	var large *FrameTooLargeError
	switch {
	case complete:
		require.Equal(t, io.EOF, err)
	case !errors.As(err, &large):
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	}
}

func requireSameItems(t *testing.T, frame Frame) {
	t.Helper()
	var items []Item
	for item, err := range frame.Items() {
		if err != nil {
			var overrun *ItemOverrunError
			require.ErrorAs(t, err, &overrun)
			return
		}
		items = append(items, item)
	}
	require.Equal(t, frame.Append(nil), appendFrame(nil, frame.Command, items...), "items encode to their frame")
}

// No bytes make the parsers panic, and a message that was read and written once
// is read and written the same ever after.
func FuzzMessages(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, input []byte) {
		frame, err := NewReader(bytes.NewReader(input), ReaderOptions{}).Next()
		if err != nil {
			return
		}
		for _, from := range []Direction{FromDevice, FromServer} {
			first, err := parseFrom(from, frame)
			if err != nil {
				continue
			}
			written := first.Append(nil)
			second, err := parseFrom(from, Frame{Command: frame.Command, Payload: written[frameHead:]})
			require.NoError(t, err)
			require.Equal(t, first, second)
			require.Equal(t, written, second.Append(nil))
			require.Equal(t, first.String(), second.String())
		}
	})
}
