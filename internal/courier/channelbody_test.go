package courier

import (
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A body is a protocol buffer of this package.
type body interface {
	protoBody
	Append(dst []byte) []byte
	Parse(body []byte) error
}

const (
	channelHex = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
	liveTopic  = "com.example.app.push-type.liveactivity"
	// liveHex is field 1 with liveTopic.
	liveHex = "0a 26 636f6d2e6578616d706c652e6170702e707573682d747970652e6c6976656163746976697479 "
	// newYear is a checkpoint: 2026 begins. Seven bits at a time, the lowest first, it is
	// 80 80 e8 ef 9e ca 9c c3 18.
	newYear = 1767225600000000000
)

var testChannel = unhex(channelHex)

// bodies are protocol buffers and their bytes, the latter by Google's own
// implementation for Python, with each field that is there written.
var bodies = []struct {
	name  string
	body  body
	empty body
	hex   string
}{
	{
		"full list of one channel",
		&ChannelRequestBody{Version: ChannelsVersion, Kind: ChannelsFull, Sequence: 1, Apps: []AppRequest{{
			Topic: liveTopic, Subscribe: []Subscribe{{Channel: testChannel, Checkpoint: newYear}},
		}}},
		new(ChannelRequestBody),
		"0801 1246 " + liveHex + "121c 0a10" + channelHex + "10 8080e8ef9eca9cc318 1801 2001",
	},
	{
		"delta with everything in it",
		&ChannelRequestBody{Version: ChannelsVersion, Kind: ChannelsDelta, Sequence: 300, Apps: []AppRequest{
			{
				Topic: liveTopic,
				Subscribe: []Subscribe{{
					Channel: testChannel, Attributes: []Attribute{{Key: []byte("k"), Value: []byte("v")}}, ReplayCount: 2,
				}},
				Unsubscribe: []Unsubscribe{{Channel: []byte{1}}, {Channel: []byte{2}}},
			},
			{Topic: "b"},
		}},
		new(ChannelRequestBody),
		"0801 1250 " + liveHex + "121c 0a10" + channelHex + "1a06 0a016b 120176 2002 1a03 0a0101 1a03 0a0102 1203 0a0162 1800 20ac02",
	},
	{
		"response",
		&ChannelResponseBody{Apps: []AppResponse{{
			Topic: liveTopic,
			Subscribed: []ChannelStatus{
				{Channel: testChannel, Status: ChannelAccepted, Checkpoint: newYear},
				{Channel: []byte{1}, Status: ChannelInvalid},
			},
			Unsubscribed: []ChannelStatus{{Channel: []byte{2}, Status: 1}},
		}}},
		new(ChannelResponseBody),
		"0a56 " + liveHex + "121e 0a10" + channelHex + "1001 18 8080e8ef9eca9cc318 1205 0a0101 1000 1a05 0a0102 1001",
	},
	{
		"update: a channel is gone",
		&ChannelUpdateBody{Apps: []AppUpdate{{Topic: liveTopic, Channel: &ChannelStatus{Channel: testChannel, Status: ChannelDeleted}}}},
		new(ChannelUpdateBody),
		"0a3e " + liveHex + "1214 0a10" + channelHex + "1000",
	},
	{
		"update: send all subscriptions again",
		&ChannelUpdateBody{All: &UpdateForAll{Status: ResendChannels}},
		new(ChannelUpdateBody),
		"1202 0800",
	},
	{
		"origin",
		&ChannelOrigin{Channel: testChannel, Checkpoint: newYear},
		new(ChannelOrigin),
		"0a10" + channelHex + "10 8080e8ef9eca9cc318",
	},
	{"origin of zeros", &ChannelOrigin{Channel: []byte{}}, new(ChannelOrigin), "0a00 1000"},
	{
		"largest integer",
		&ChannelOrigin{Channel: []byte{0xff}, Checkpoint: math.MaxUint64},
		new(ChannelOrigin),
		"0a01ff 10 ffffffffffffffffff01",
	},
	{
		"fields nobody knows, of every wire type",
		&ChannelOrigin{
			Channel: []byte{1}, Checkpoint: 5,
			Unknown: unhex("18 07 21 0102030405060708 2d 01020304 3a 02 6869 f8ffffff0f 00"),
		},
		new(ChannelOrigin),
		"0a0101 1005 18 07 21 0102030405060708 2d 01020304 3a 02 6869 f8ffffff0f 00",
	},
}

func TestBodiesAreWrittenByteForByte(t *testing.T) {
	for _, v := range bodies {
		t.Run(v.name, func(t *testing.T) {
			assert.Equal(t, unhex(v.hex), v.body.Append(nil))
			assert.Equal(t, unhex("beef"+v.hex), v.body.Append(unhex("beef")), "a body is appended to what is there")
		})
	}
}

func TestBodiesAreReadAsTheirMessage(t *testing.T) {
	for _, v := range bodies {
		t.Run(v.name, func(t *testing.T) {
			require.NoError(t, v.empty.Parse(unhex(v.hex)))
			assert.Equal(t, v.body, v.empty)
		})
	}
}

// A body that ends between two of its own fields is a shorter body; one that ends
// anywhere else is refused.
func TestEveryPrefixOfABodyIsRejectedOrShorter(t *testing.T) {
	for _, v := range bodies {
		t.Run(v.name, func(t *testing.T) {
			whole := unhex(v.hex)
			ends := fieldEnds(t, whole)
			for n := range whole {
				err := v.empty.Parse(whole[:n])
				if ends[n] {
					require.NoError(t, err, "%x", whole[:n])
					continue
				}
				var malformed *BodyError
				require.ErrorAs(t, err, &malformed, "%x", whole[:n])
				assert.LessOrEqual(t, malformed.Offset, n)
			}
		})
	}
}

// fieldEnds tells where the fields of a body end, 0 included.
func fieldEnds(t *testing.T, whole []byte) map[int]bool {
	t.Helper()
	ends := map[int]bool{0: true}
	p := readingProto(whole)
	for p.next() {
		ends[p.at] = true
	}
	require.NoError(t, p.err)
	return ends
}

func TestBrokenBodiesAreRejected(t *testing.T) {
	var many []byte // 4097 apps without a field
	for range maxProtoNested + 1 {
		many = append(many, 0x12, 0)
	}
	for _, row := range []struct {
		name string
		body []byte
		want BodyError
	}{
		{"field 0", unhex("0801 00 00"), BodyError{2, "a field with a number out of range"}},
		{"field 2^29", unhex("8080808010 00"), BodyError{0, "a field with a number out of range"}},
		{"group", unhex("0801 2b 2c"), BodyError{2, "a field of a wire type that is not in use"}},
		{"wire type 7", unhex("2f"), BodyError{0, "a field of a wire type that is not in use"}},
		{"integer of 65 bits", unhex("08 ffffffffffffffffff02"), BodyError{1, "an integer that is cut off or longer than 64 bits"}},
		{"integer of 11 bytes", unhex("08 8080808080808080808000"), BodyError{1, "an integer that is cut off or longer than 64 bits"}},
		{"size beyond the body", unhex("12 7f 00"), BodyError{2, "a field that reaches beyond its message"}},
		{"size beyond any body", unhex("12 ffffffffffffffffff01 00"), BodyError{11, "a field that reaches beyond its message"}},
		{"size beyond the message around it", unhex("1203 0a0261 0000"), BodyError{4, "a field that reaches beyond its message"}},
		{"too many messages", many, BodyError{2 * maxProtoNested, "too many messages"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			var got *BodyError
			require.ErrorAs(t, new(ChannelRequestBody).Parse(row.body), &got)
			assert.Equal(t, row.want, *got)
			assert.Contains(t, got.Error(), row.want.Problem)
		})
	}
	require.NoError(t, new(ChannelRequestBody).Parse(many[:2*maxProtoNested]))
}

// https://protobuf.dev/programming-guides/encoding/: readers take fields in any order,
// the last one of those that come twice, messages merged, and integers in more bytes
// than needed.
func TestReadingABodyIsRelaxed(t *testing.T) {
	for _, row := range []struct {
		name, hex string
		want      body
		reason    string
	}{
		{"another order", "1005 0a0101", &ChannelOrigin{Channel: []byte{1}, Checkpoint: 5}, "the order is free"},
		{"nothing", "", &ChannelOrigin{}, "absent is zero"},
		{"twice", "1005 1006", &ChannelOrigin{Checkpoint: 6}, "the last one counts"},
		{"a long integer", "10 858000", &ChannelOrigin{Checkpoint: 5}, "zeros at the top are allowed"},
		{"another wire type", "0a0101 12 0101", &ChannelOrigin{Channel: []byte{1}, Unknown: unhex("12 0101")}, "it is somebody else's field"},
		{
			"a list", "0a07 0a0161 1202 1001 0a00 1202 0801",
			&ChannelUpdateBody{
				Apps: []AppUpdate{{Topic: "a", Channel: &ChannelStatus{Status: 1}}, {}},
				All:  &UpdateForAll{Status: 1},
			},
			"a list grows",
		},
		{
			"a single message in two parts", "1202 0801 1202 1007",
			&ChannelUpdateBody{All: &UpdateForAll{Status: 1, Unknown: unhex("1007")}},
			"it is merged",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := reflect.New(reflect.TypeOf(row.want).Elem()).Interface().(body)
			require.NoError(t, got.Parse(unhex(row.hex)))
			assert.Equal(t, row.want, got, row.reason)
		})
	}
}

func TestParsingABodyForgetsTheFormerOne(t *testing.T) {
	got := ChannelOrigin{Channel: []byte{9}, Checkpoint: 9, Unknown: []byte{9}}
	require.NoError(t, got.Parse(nil))
	assert.Zero(t, got)
}

// Every field of every body survives; one that is missing from its layout would not.
func TestBodiesAreReadBack(t *testing.T) {
	for _, empty := range []func() body{
		func() body { return new(ChannelRequestBody) },
		func() body { return new(ChannelResponseBody) },
		func() body { return new(ChannelUpdateBody) },
		func() body { return new(ChannelOrigin) },
	} {
		t.Run(reflect.TypeOf(empty()).Elem().Name(), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				want, got := empty(), empty()
				drawBody(t, reflect.ValueOf(want).Elem())
				written := want.Append(nil)
				require.NoError(t, got.Parse(written))
				require.Equal(t, want, got)
				require.Equal(t, written, got.Append(nil))
			})
		})
	}
}

// drawBody gives every field of a body a drawn value.
func drawBody(t *rapid.T, v reflect.Value) {
	for i := range v.NumField() {
		name, f := v.Type().Field(i).Name, v.Field(i)
		switch p := f.Addr().Interface().(type) {
		case *string:
			*p = rapid.StringN(0, 60, 200).Draw(t, name)
		case *uint64:
			*p = rapid.Uint64().Draw(t, name)
		case *[]byte:
			if !rapid.Bool().Draw(t, name+" is there") {
				continue
			}
			*p = rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, name)
			if name == "Unknown" {
				*p = append([]byte{0xfa, 0x01, byte(len(*p) % 100)}, make([]byte, len(*p)%100)...) // field 31
			}
		default:
			drawNested(t, name, f)
		}
	}
}

func drawNested(t *rapid.T, name string, f reflect.Value) {
	if f.Kind() == reflect.Pointer {
		if rapid.Bool().Draw(t, name+" is there") {
			f.Set(reflect.New(f.Type().Elem()))
			drawBody(t, f.Elem())
		}
		return
	}
	for range rapid.IntRange(0, 3).Draw(t, name) {
		f.Set(reflect.Append(f, reflect.Zero(f.Type().Elem())))
		drawBody(t, f.Index(f.Len()-1))
	}
}

// One push to a channel is as many origins as it has subscribers.
func TestAnOriginDoesNotAllocate(t *testing.T) {
	dst := make([]byte, 0, 64)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		m := ChannelOrigin{Channel: testChannel, Checkpoint: newYear}
		dst = m.Append(dst[:0])
	}), "writing")
	var m ChannelOrigin
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if err := m.Parse(dst); err != nil {
			t.Error(err)
		}
	}), "reading")
}

// No bytes make the parsers panic, and a body that was read and written once is
// read and written the same ever after.
func FuzzBody(f *testing.F) {
	for _, v := range bodies {
		f.Add(unhex(v.hex))
		f.Add(unhex(v.hex)[1:])
	}
	f.Add(unhex("2b 0801 2c"))
	f.Fuzz(func(t *testing.T, input []byte) {
		requireStable[ChannelRequestBody](t, input)
		requireStable[ChannelResponseBody](t, input)
		requireStable[ChannelUpdateBody](t, input)
		requireStable[ChannelOrigin](t, input)
	})
}

func requireStable[T any, M interface {
	*T
	body
}](t *testing.T, input []byte) {
	t.Helper()
	first, second := M(new(T)), M(new(T))
	if err := first.Parse(input); err != nil {
		var malformed *BodyError
		require.ErrorAs(t, err, &malformed)
		require.LessOrEqual(t, malformed.Offset, len(input))
		return
	}
	written := first.Append(nil)
	require.NoError(t, second.Parse(written))
	require.Equal(t, written, second.Append(nil))
}
