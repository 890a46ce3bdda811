package courier

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A pipe is one direction of a packed connection.
type pipe struct {
	packer *Packer
	stream bytes.Buffer
	reader *PackReader
}

func newPipe() *pipe {
	p := &pipe{packer: NewPacker()}
	p.reader = NewPackReader(&p.stream, ReaderOptions{})
	return p
}

// pass sends a message through the pipe.
func (p *pipe) pass(t require.TestingT, from Direction, m Message) Message {
	p.stream.Write(p.packer.Append(nil, m))
	f, err := p.reader.Next()
	require.NoError(t, err)
	f.Payload = bytes.Clone(f.Payload)
	got, err := parseFrom(from, f)
	require.NoError(t, err)
	return got
}

// Both framings carry every field of every message, and the same messages. The tables
// of both ends stay the same: one connection carries all of them.
func TestBothFramingsCarryTheSameMessages(t *testing.T) {
	for from, messages := range map[Direction][]func() Message{FromDevice: sentBy(FromDevice), FromServer: sentBy(FromServer)} {
		t.Run(from.String(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p := newPipe()
				var tokens [][]byte // come again, as those of a connection do
				for range rapid.IntRange(1, 30).Draw(t, "messages") {
					want := rapid.SampledFrom(messages).Draw(t, "kind")()
					fillMessage(t, want)
					tokens = repeatSome(t, want, tokens)
					if appID := reflect.ValueOf(want).Elem().FieldByName("AppID"); appID.IsValid() && !appID.IsNil() {
						appID.SetBytes([]byte{rapid.Byte().Draw(t, "app id"), 1}) // another size is data in packed frames
					}
					plain, err := NewReader(bytes.NewReader(want.Append(nil)), ReaderOptions{}).Next()
					require.NoError(t, err)
					got, err := parseFrom(from, plain)
					require.NoError(t, err)
					require.Equal(t, want, got)
					if r, ok := want.(*ConnectResponse); ok {
						r.Field5 = 0 // has no place in packed frames
					}
					require.Equal(t, want, p.pass(t, from, want))
				}
			})
		})
	}
}

func sentBy(from Direction) (messages []func() Message) {
	for _, c := range commands {
		if empty := c.fromDevice; empty != nil && from == FromDevice {
			messages = append(messages, empty)
		}
		if empty := c.fromServer; empty != nil && from == FromServer {
			messages = append(messages, empty)
		}
	}
	return messages
}

// repeatSome replaces some bytes fields by earlier ones, and gives all that were
// there.
func repeatSome(t *rapid.T, m Message, before [][]byte) [][]byte {
	for _, field := range reflect.ValueOf(m).Elem().Fields() {
		p, ok := reflect.TypeAssert[*[]byte](field.Addr())
		if !ok || *p == nil {
			continue
		}
		if len(before) > 0 && rapid.Bool().Draw(t, "again") {
			*p = rapid.SampledFrom(before).Draw(t, "which")
		}
		before = append(before, *p)
	}
	return before
}

// FuzzPacked reads packed streams. No bytes make the reader panic, and what was read
// is written, and read again, as the same: in packed frames all of it, in plain ones
// the fields that both have.
func FuzzPacked(f *testing.F) {
	for _, v := range packedVectors {
		var stream []byte
		for _, frame := range v.frames {
			stream = append(stream, unhex(frame.hex)...)
		}
		f.Add(stream)
	}
	f.Add(unhex("09 08 43 c1 01 81 03 c1 81 00"))
	f.Add(unhex("09 05 d1 d1 d1 d1 80"))
	f.Add(unhex("0b 06 0803 04a88081"))
	f.Fuzz(func(t *testing.T, input []byte) {
		r := NewPackReader(bytes.NewReader(input), ReaderOptions{})
		pipes := map[Direction]*pipe{FromDevice: newPipe(), FromServer: newPipe()}
		for {
			frame, err := r.Next()
			if err != nil {
				return
			}
			for from, p := range pipes {
				first, err := parseFrom(from, frame)
				require.NoError(t, err)
				unpacked := p.pass(t, from, first)
				require.Equal(t, first.Command(), unpacked.Command())
				if r, ok := first.(*ConnectResponse); ok {
					r.Field5 = 0
				}
				require.Equal(t, first, unpacked)
				require.Equal(t, first.String(), unpacked.String())
				requireSamePlain(t, from, unpacked)
			}
		}
	})
}

// requireSamePlain demands that a plain frame says the same as a packed one. Types are
// lost in it, and with them the order in which items of unknown id were understood.
func requireSamePlain(t *testing.T, from Direction, m Message) {
	t.Helper()
	if _, ok := m.(*Unknown); ok {
		return
	}
	frame, err := NewReader(bytes.NewReader(m.Append(nil)), ReaderOptions{MaxFrame: 1 << 24}).Next()
	require.NoError(t, err)
	plain, err := parseFrom(from, frame)
	require.NoError(t, err)
	want := reflect.ValueOf(m).Elem()
	for field, got := range reflect.ValueOf(plain).Elem().Fields() {
		switch got.Interface().(type) {
		case ItemType, AppIDForm, []Item:
		default:
			require.Equal(t, want.FieldByName(field.Name).Interface(), got.Interface(), field.Name)
		}
	}
}
