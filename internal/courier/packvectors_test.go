package courier

import (
	"bytes"
	"io"
	"math"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A packedFrame is a message and its bytes in the row of a connection.
type packedFrame struct {
	from    Direction
	message Message
	hex     string
}

// packedVectors are packed connections, each with tables that start empty. The bytes of
// the first four follow from the rules as they are written down; a rule that the
// others show is named.
var packedVectors = []struct {
	name   string
	frames []packedFrame
}{
	{"the same filter twice", []packedFrame{
		{FromDevice, &Filter{Token: testToken, Enabled: [][]byte{testTopic}}, "09 38 41 20 T 42 14 H"},
		{FromDevice, &Filter{Token: testToken, Enabled: [][]byte{testTopic}}, "09 04 81 01 82 00"},
	}},
	{"keys from 16 on are sent once", []packedFrame{
		{FromDevice, &Connect{State: StateConnect, PresenceFlags: 0x41, ProtocolVersion: 12}, "07 08 02 81 05 a0 41 10 10 8c"},
		{FromDevice, &Connect{State: StateConnect, ProtocolVersion: 12, RedirectCount: 1}, "07 07 02 81 20 8c 10 11 81"},
	}},
	{"empty keepalive", []packedFrame{
		{FromDevice, &Keepalive{}, "0c 00"},
		{FromServer, &KeepaliveResponse{}, "0d 00"},
	}},
	{"texts of keepalives are sent once", []packedFrame{
		{FromDevice, &Keepalive{Carrier: []byte("WiFi"), Interval: []byte("15")}, "0c 0a 41 44 57694669 45 42 3135"},
		{FromDevice, &Keepalive{Carrier: []byte("WiFi"), Interval: []byte("15")}, "0c 04 81 01 85 00"},
	}},
	{"a text of one byte is indexed, as it takes two on the wire", []packedFrame{
		{FromDevice, &Keepalive{Interval: []byte("5")}, "0c 03 45 41 35"},
		{FromDevice, &Keepalive{Interval: []byte("5")}, "0c 02 85 00"},
	}},
	{"connect response without field 5", []packedFrame{
		{
			FromServer,
			&ConnectResponse{
				Token: testToken, MaxMessage: DefaultMaxMessage, LargeMessage: DefaultLargeMessage, ServerTime: 1767225600000,
				KeepaliveMin: 600, ExperimentID: 1, PSKStatus: Some(uint8(0)),
			},
			"08 41 01 80 43 20 T 04 a1 1000 06 80 08 a1 3c00 0a a5 019b76daa800 10 10 a1 0258 10 14 81 10 16 80",
		},
	}},
	{"notifications to one app", []packedFrame{
		{
			FromServer,
			&Notification{
				Token: testToken, Topic: testTopic, Payload: []byte(`{"aps":{"alert":"hi"}}`), ID: 1,
				Expiry: 1767312000, Timestamp: 1767225600000000000, Priority: 10,
			},
			`0a 66 41 20 T 42 14 H 03 16 7b22617073223a7b22616c657274223a226869227d7d
			 04 81 05 a3 69570a80 06 a7 18867251edfa0000 09 80 0d 8a`,
		},
		{
			FromServer,
			&Notification{Token: testToken, Topic: testTopic, Payload: []byte("x"), ID: 32, Priority: 5, BaseToken: testToken},
			"0a 14 81 01 82 00 03 01 78 04 a0 20 05 80 06 80 09 80 0d 85 8f 01",
		},
	}},
	{"ack", []packedFrame{
		{FromDevice, &Ack{Status: AckDelivered, ID: 1, Token: testToken}, "0b 26 08 80 04 81 41 20 T"},
		{FromDevice, &Ack{Status: AckUnknownTopic, ID: 0x7fffffff, Token: testToken}, "0b 0a 08 87 04 a3 7fffffff 81 00"},
	}},
	{"token request and response", []packedFrame{
		{FromDevice, &TokenRequest{BaseToken: testToken, Topic: testTopic, AppID: unhex("a003")}, "11 3c 41 20 T 42 14 H 03 a1 a003"},
		{FromServer, &TokenResponse{Token: testToken, Topic: testTopic, AppID: unhex("a003"), AppIDForm: AppIDNegative}, "12 0a 01 80 82 01 83 00 04 a9 5ffd"},
		{FromServer, &TokenResponse{Token: testToken, Topic: testTopic, AppID: unhex("a003"), AppIDForm: AppIDData}, "12 0a 01 80 82 01 83 00 04 02 a003"},
	}},
	{"device message with a property list", []packedFrame{
		{
			FromDevice,
			&DeviceMessage{ID: 7, Payload: unhex("c2 10 61 84 11 6350 44 57694669"), PayloadType: TypeDictionary},
			"0a 0f 03 c2 10 61 84 11 6350 44 57694669 04 87",
		},
	}},
	{"worthwhile keys of a property list are indexed", []packedFrame{
		{
			FromDevice,
			&DeviceMessage{ID: 7, Payload: unhex("c1 11 7350 02 abcd"), PayloadType: TypeDictionary},
			"0a 0a 03 c1 51 7350 02 abcd 04 87",
		},
		{
			FromDevice,
			&DeviceMessage{ID: 8, Payload: unhex("c1 11 7350 02 abcd"), PayloadType: TypeDictionary},
			"0a 06 03 c1 a0 00 04 88",
		},
	}},
	{"items of unknown id keep their type", []packedFrame{
		{
			FromDevice,
			&TransportAck{Extra: []Item{
				{ID: 1, Value: []byte("d")},
				{ID: 2, Type: TypeText, Value: []byte("WiFi")},
				{ID: 3, Type: TypeInteger, Value: []byte{0}},
				{ID: 4, Type: TypeInteger, Value: []byte{31}},
				{ID: 5, Type: TypeInteger, Value: []byte{32}},
				{ID: 6, Type: TypeInteger, Value: unhex("0100")},
				{ID: 7, Type: TypeInteger, Value: unhex("019b76daa800")},
				{ID: 8, Type: TypeNegative, Value: []byte{1}},
				{ID: 9, Type: TypeBool, Value: []byte{0}},
				{ID: 10, Type: TypeBool, Value: []byte{1}},
				{ID: 11, Type: TypeArray, Value: unhex("d2 81 d1 e0")},
				{ID: 99, Type: TypeDictionary, Value: unhex("c0")},
			}},
			`15 2b 01 01 64 02 44 57694669 03 80 04 9f 05 a020 06 a10100 07 a5019b76daa800 08 a801
			 09 e0 0a e1 0b d2 81 d1 e0 10 63 c0`,
		},
	}},
	{"unknown command", []packedFrame{
		{FromDevice, &Unknown{Cmd: 0x1a, Items: []Item{{ID: 200, Value: []byte("x")}}}, "1a 04 10 c8 01 78"},
	}},
	{"lengths beyond 254", []packedFrame{
		{FromServer, &FlushResponse{Padding: make([]byte, 250)}, "10 fe 02 3f bb01" + zeros(250)},
		{FromServer, &FlushResponse{Padding: make([]byte, 251)}, "10 ff00 02 3f bc01" + zeros(251)},
		{FromServer, &FlushResponse{Padding: make([]byte, 379)}, "10 ff8001 02 3f bc02" + zeros(379)},
		{FromServer, &FlushResponse{Padding: make([]byte, 63)}, "10 42 02 3f 00" + zeros(63)},
	}},
}

func zeros(n int) string { return string(bytes.Repeat([]byte("00"), n)) }

func TestPackedVectorsAreWrittenByteForByte(t *testing.T) {
	for _, v := range packedVectors {
		t.Run(v.name, func(t *testing.T) {
			p := NewPacker()
			for i, f := range v.frames {
				assert.Equal(t, unhex("beef"+f.hex), p.Append(unhex("beef"), f.message), "frame %d", i)
			}
		})
	}
}

func TestPackedVectorsAreReadAsTheirMessage(t *testing.T) {
	for _, v := range packedVectors {
		t.Run(v.name, func(t *testing.T) {
			var stream []byte
			for _, f := range v.frames {
				stream = append(stream, unhex(f.hex)...)
			}
			for name, src := range map[string]io.Reader{
				"all in one read":     bytes.NewReader(stream),
				"one byte a read":     iotest.OneByteReader(bytes.NewReader(stream)),
				"the end comes early": iotest.DataErrReader(bytes.NewReader(stream)),
			} {
				r := NewPackReader(src, ReaderOptions{})
				for _, want := range v.frames {
					f, err := r.Next()
					require.NoError(t, err, name)
					assert.True(t, f.Packed())
					assert.Equal(t, unhex(want.hex), r.frames.buf[r.frames.start-r.frames.size:r.frames.start])
					got, err := parseFrom(want.from, f)
					require.NoError(t, err, name)
					assert.Equal(t, want.message, got, name)
				}
				_, err := r.Next()
				require.Equal(t, io.EOF, err, "the stream ends between two frames")
			}
		})
	}
}

func TestEveryPrefixOfAPackedFrameIsRejected(t *testing.T) {
	for _, v := range packedVectors {
		var before []byte
		for _, f := range v.frames {
			whole := unhex(f.hex)
			for n := 1; n < len(whole); n++ {
				r := NewPackReader(bytes.NewReader(append(bytes.Clone(before), whole[:n]...)), ReaderOptions{})
				err := readAll(r)
				require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s cut to %d bytes", v.name, n)
			}
			before = append(before, whole...)
		}
	}
}

// readAll reads frames until there is an error.
func readAll(r *PackReader) error {
	for {
		if _, err := r.Next(); err != nil {
			return err
		}
	}
}

// What a frame announces as its body may end within an attribute, too.
func TestABodyCutShortIsMalformed(t *testing.T) {
	body := unhex("41 20 T 42 14 H 13 6b 65 79 c1 51 7350 02 abcd a0 00 03 ff 8001 0a a5 019b76daa800")[:55]
	whole := map[int]bool{0: true, 34: true}
	for n := range body {
		err := readAll(NewPackReader(bytes.NewReader(append([]byte{9, byte(n)}, body[:n]...)), ReaderOptions{}))
		if whole[n] {
			require.Equal(t, io.EOF, err, "%d bytes", n)
			continue
		}
		var malformed *PackError
		require.ErrorAs(t, err, &malformed, "%d bytes", n)
		assert.LessOrEqual(t, malformed.Offset, n)
	}
}

func TestTaggedIntegers(t *testing.T) {
	for _, row := range []struct {
		w   int
		v   uint64
		hex string
	}{
		{8, 254, "fe"},
		{8, 255, "ff00"},
		{8, 256, "ff01"},
		{8, 382, "ff7f"},
		{8, 383, "ff8001"},
		{6, 62, "3e"},
		{6, 63, "3f00"},
		{5, 31, "1f00"},
		{4, 15, "0f00"},
		{4, 1 << 31, "0ff1ffffff07"},
	} {
		want := unhex(row.hex)
		if row.v <= math.MaxInt {
			assert.Equal(t, want, appendTagged(nil, 0, row.w, int(row.v)))
			assert.Equal(t, len(want)-1, taggedRest(row.w, int(row.v)))
		}
		v, n := readTagged(append(want, 0xaa), row.w)
		assert.Equal(t, row.v, v)
		assert.Equal(t, len(want), n)
		for cut := range want {
			_, n := readTagged(want[:cut], row.w)
			assert.Zero(t, n, "%s cut to %d bytes", row.hex, cut)
		}
	}
	_, n := readTagged(unhex("ff 8080808080 00"), 8)
	assert.Equal(t, -1, n, "more digits than are in use")
	v, n := readTagged(unhex("ff 8000"), 8)
	assert.Equal(t, uint64(255), v, "digits that say nothing are read")
	assert.Equal(t, 3, n)
}
