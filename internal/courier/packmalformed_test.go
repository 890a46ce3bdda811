package courier

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMalformedPackedFramesEndTheStream(t *testing.T) {
	nested := func(depth int) string { return "03" + strings.Repeat("d1", depth) + "80" }
	for _, row := range []struct {
		name, body string
		problem    string // "" for a frame that is read
	}{
		{"no such key", "20 80", "a reference to a key that is not in the table"},
		{"no such value", "81 00", "a reference to a value that is not in the table"},
		{"second value of one", "41 02 abcd 81 01", "a reference to a value that is not in the table"},
		{"a huge index", "41 02 abcd 81 ff ffffffff7f", "a reference to a value that is not in the table"},
		{"an endless index", "81 ff 80808080808000", "an integer that is too long"},
		{"an endless length of data", "01 3f 80808080808000", "an integer that is too long"},
		{"a huge length of data", "01 3f ffffffff0f", "a value that is too long"},
		{"data beyond the frame", "01 05 00", "it ends within a value"},
		{"a field with a name", "11 6162 80", "a field whose key is no single byte"},
		{"a key of 65 bytes", "1f 31" + strings.Repeat("61", 65) + "80", "a key that is too long"},
		{"a key of 64 bytes", "03 c1 1f 30" + strings.Repeat("61", 64) + "80", ""},
		{"a reference that is to be indexed", "41 02 abcd c1 00", "a reference that is to be indexed"},
		{"unknown type e2", "01 e2", "a value of unknown type"},
		{"unknown type b0", "01 b0", "a value of unknown type"},
		{"unknown type 60", "01 60", "a value of unknown type"},
		{"nested 16 deep", nested(16), ""},
		{"nested 17 deep", nested(17), "values that are nested too deep"},
		{"nested 17 deep by a reference", "43" + strings.Repeat("d1", 16) + "80 03 c1 81 00", "values that are nested too deep"},
		{"a huge count", "03 df ffffffff0f", "it ends within an attribute"},
		{"a huge count of entries", "03 cf ffffffff0f 01", "it ends within an attribute"},
		{"an integer of no width", "04 a0", "it ends within a value"},
	} {
		t.Run(row.name, func(t *testing.T) {
			body := unhex(row.body)
			stream := append(appendTagged([]byte{9}, 0, packLengthBits, len(body)), body...)
			r := NewPackReader(bytes.NewReader(append(stream, unhex("0c00")...)), ReaderOptions{})
			_, err := r.Next()
			if row.problem == "" {
				require.NoError(t, err)
				return
			}
			var malformed *PackError
			require.ErrorAs(t, err, &malformed)
			assert.Equal(t, row.problem, malformed.Problem)
			assert.ErrorContains(t, err, "read filter: packed frame: "+row.problem+", at offset")
			assert.True(t, r.Buffered(), "the refusal needs no further reading")
			_, again := r.Next()
			assert.Equal(t, err, again, "what follows cannot be read either")
		})
	}
}

func TestPackReaderRejectsFramesBeyondItsLimit(t *testing.T) {
	var large *FrameTooLargeError
	whole := unhex("0a ff 81fe07") // 131072
	require.ErrorIs(t, readAll(NewPackReader(bytes.NewReader(whole), ReaderOptions{})), io.ErrUnexpectedEOF, "the limit, announced")
	err := readAll(NewPackReader(bytes.NewReader(unhex("0a ff 82fe07")), ReaderOptions{}))
	require.ErrorAs(t, err, &large)
	assert.Equal(t, FrameTooLargeError{Command: CmdNotification, Length: DefaultMaxFrame + 1, Limit: DefaultMaxFrame}, *large)
	var malformed *PackError
	require.ErrorAs(t, readAll(NewPackReader(bytes.NewReader(unhex("0a ff 808080808000")), ReaderOptions{})), &malformed)
	assert.Equal(t, &PackError{Offset: 1, Problem: "a length that is too long"}, malformed)
}

// Two bytes of a reference stand for up to four thousand; nested, for their power.
func TestReferencesDoNotMultiplyMemory(t *testing.T) {
	value := append(unhex("43 3f 8d1f"), make([]byte, 4044)...)
	for name, more := range map[string][]byte{
		"in a row":        bytes.Repeat(unhex("83 00"), 60000),
		"in a dictionary": append(unhex("03 cf a1ee03"), bytes.Repeat(unhex("83 00"), 63280)...),
	} {
		t.Run(name, func(t *testing.T) {
			body := append(bytes.Clone(value), more...)
			r := NewPackReader(bytes.NewReader(append(appendTagged([]byte{9}, 0, packLengthBits, len(body)), body...)), ReaderOptions{})
			var large *FrameTooLargeError
			require.ErrorAs(t, readAll(r), &large)
			assert.Less(t, cap(r.items)+cap(r.nested), 2*packedGrowth*DefaultMaxFrame)
		})
	}
	t.Run("doubled by each dictionary", func(t *testing.T) {
		body := unhex("43 c1 01 81")
		for range 40 {
			body = append(body, unhex("43 c2 81 00 82 00")...)
		}
		r := NewPackReader(bytes.NewReader(append(appendTagged([]byte{9}, 0, packLengthBits, len(body)), body...)), ReaderOptions{})
		require.Equal(t, io.EOF, readAll(r), "what the table does not take is left out of it")
		assert.LessOrEqual(t, cap(r.values.buf), 4*packTable)
	})
}

// Whatever a peer sends, what is kept of it is bounded.
func TestPackReaderGivesItsMemoryBack(t *testing.T) {
	p := NewPacker()
	stream := p.Append(nil, &DeviceMessage{Payload: make([]byte, MaxItem)})
	stream = p.Append(stream, &Keepalive{})
	r := NewPackReader(bytes.NewReader(stream), ReaderOptions{})
	require.Equal(t, io.EOF, readAll(r))
	assert.LessOrEqual(t, cap(r.items)+cap(r.nested), 2*bufferSmall)
	assert.LessOrEqual(t, len(r.frames.buf), bufferKept)
}

func TestPackReaderGoesOnAfterADeadline(t *testing.T) {
	ack := NewPacker().Append(nil, &Ack{ID: 5, Token: testToken})
	for cut := 1; cut < len(ack); cut++ {
		r := NewPackReader(io.MultiReader(bytes.NewReader(ack[:cut]), onceReader{new(bool)}, bytes.NewReader(ack[cut:])), ReaderOptions{})
		_, err := r.Next()
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.False(t, r.Buffered())
		f, err := r.Next()
		require.NoError(t, err)
		got, err := ParseFromDevice(f)
		require.NoError(t, err)
		assert.Equal(t, &Ack{ID: 5, Token: testToken}, got, "the bytes before the deadline are not lost")
	}
}

func TestPackReaderReportsBufferedBytes(t *testing.T) {
	r := NewPackReader(bytes.NewReader(unhex("0c00 0c00 0c")), ReaderOptions{})
	assert.False(t, r.Buffered(), "nothing has been read")
	_, err := r.Next()
	require.NoError(t, err)
	assert.True(t, r.Buffered(), "the second ping came in the same read")
	_, err = r.Next()
	require.NoError(t, err)
	assert.False(t, r.Buffered(), "the third one is incomplete")
}

// In packed frames integers have no width; some clients are loose with types.
func TestReadingPackedFramesIsRelaxed(t *testing.T) {
	for _, row := range []struct {
		name, hex string
		want      Message
		reason    string
	}{
		{"an id as data", "0b 0b 08 01 05 04 04 00000001 0f 80", &Ack{Status: 5, ID: 1, Extra: []Item{{ID: 15, Type: TypeInteger, Value: []byte{0}}}}, "data of the width will do"},
		{"data of another width", "0b 06 08 02 0005 04 81", &Ack{ID: 1}, "as in plain frames"},
		{"an integer beyond its field", "0b 06 08 a1 0100 04 81", &Ack{ID: 1}, "a status has eight bits"},
		{"a long zero", "0b 07 08 a2 000005 04 81", &Ack{Status: 5, ID: 1}, "leading zeros change nothing"},
		{"negative", "0b 05 08 a8 80 04 81", &Ack{Status: 0x80, ID: 1}, "a signed byte"},
		{"too negative", "0b 05 08 a8 81 04 81", &Ack{ID: 1}, "no signed byte"},
		{"true", "0c 04 08 e1 09 e0", &Keepalive{ServerStatistics: 1, State: Some(uint8(0))}, "as an integer"},
		{"a number for text", "0c 02 05 8f", &Keepalive{Interval: []byte("15")}, "its digits"},
		{"data for text", "0c 04 05 02 3135", &Keepalive{Interval: []byte("15")}, "the same bytes"},
		{"text for data", "0b 03 01 41 78", &Ack{Token: []byte("x")}, "the same bytes"},
		{"a dictionary for data", "0b 02 01 c0", &Ack{}, "passed over"},
		{"a dictionary for an integer", "0b 02 04 c0", &Ack{}, "passed over"},
		{"a dictionary for text", "0c 02 01 c0", &Keepalive{}, "passed over"},
		{"a low key as a literal", "0b 03 10 04 81", &Ack{ID: 1}, "every key may be one"},
		{"payload as text", "0a 03 03 41 78", &DeviceMessage{Payload: []byte("x")}, "the same bytes"},
		{"payload twice", "0a 05 03 c0 03 01 78", &DeviceMessage{Payload: []byte("x")}, "the last one counts, its type, too"},
		{"payload, then what is none", "0a 04 03 c0 03 81", &DeviceMessage{Payload: unhex("c0"), PayloadType: TypeDictionary}, "what is passed over leaves the type alone"},
		{"an app id as data", "11 04 03 02 a003", &TokenRequest{AppID: unhex("a003"), AppIDForm: AppIDData}, "to be echoed like that"},
		{"an app id with a sign", "11 04 03 a9 5ffd", &TokenRequest{AppID: unhex("a003"), AppIDForm: AppIDNegative}, "to be echoed like that"},
		{"an app id as a truth value", "11 02 03 e0", &TokenRequest{}, "passed over"},
		{"an app id, then what is none", "11 06 03 a1 a003 03 e1", &TokenRequest{AppID: unhex("a003")}, "what is passed over leaves the form alone"},
		{"a small app id", "11 02 03 83", &TokenRequest{AppID: unhex("0003")}, "two bytes always"},
		{"failures", "07 10 10 15 06 00000039 0002 20 05 0000003900", &Connect{Failures: []Failure{{57, 2}}}, "data of another size is passed over"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, err := NewPackReader(bytes.NewReader(unhex(row.hex)), ReaderOptions{}).Next()
			require.NoError(t, err)
			got, err := ParseFromDevice(f)
			require.NoError(t, err)
			assert.Equal(t, row.want, got, row.reason)
		})
	}
}

func TestAPackedFrameBecomesAPlainOne(t *testing.T) {
	f, err := NewPackReader(bytes.NewReader(NewPacker().Append(nil, &NoStorage{Token: testToken})), ReaderOptions{}).Next()
	require.NoError(t, err)
	assert.Equal(t, unhex("0e 00000023 01 0020 T"), f.Append(nil))
	for item, err := range f.Items() {
		require.NoError(t, err)
		assert.Equal(t, Item{ID: 1, Value: testToken}, item)
	}
}

func TestAPackedItemHoldsAtMost65535Bytes(t *testing.T) {
	const problem = "courier: item 3 has 65536 bytes, a frame holds at most 65535"
	assert.PanicsWithValue(t, problem, func() { NewPacker().Append(nil, &DeviceMessage{Payload: make([]byte, MaxItem+1)}) })
	assert.Panics(t, func() {
		NewPacker().Append(nil, &DeviceMessage{Payload: []byte("no dictionary"), PayloadType: TypeDictionary})
	})
	body := append(unhex("03 3f c1ff03"), make([]byte, MaxItem+1)...)
	err := readAll(NewPackReader(bytes.NewReader(append(appendTagged([]byte{9}, 0, packLengthBits, len(body)), body...)), ReaderOptions{}))
	_, malformed := errors.AsType[*PackError](err)
	assert.True(t, malformed, err)
}
