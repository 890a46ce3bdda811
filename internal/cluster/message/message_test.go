package message

import (
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// examplePush is a push for user 0 of device 0f1e2d3c4b5a6978.
func examplePush() Push {
	return Push{
		Notification: &apns.Notification{
			ID: "eabeae54-14a8-11e5-b60b-1697f925ec7b", TeamID: "SIMTEAM001",
			Token: apns.DeviceToken(unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")),
			Topic: "com.example.demo", PushType: apns.Alert, Priority: 10, Expiration: 1764604834,
			Payload: []byte(`{"aps":{}}`),
		},
		Device: apns.DeviceID{0x0f, 0x1e, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78},
		Topic:  apns.HashTopic("com.example.demo"),
		Stamp:  0x187d1f793ca28402, Deadline: 0x187d22bf4b81d400,
	}
}

func flaggedPush() Push {
	return Push{
		Notification: &apns.Notification{Environment: apns.Sandbox, UniqueID: "u", Expiration: apns.DefaultExpiration, CollapseID: "c"},
		User:         2, Base: true, Unreported: true, MaybeSent: true, Stamp: 1,
	}
}

const (
	exampleHex = `00000f1e2d3c4b5a697830229c4c3ba13daa1bbdcc3439bda1abd0319198187d
		1f793ca28402187d22bf4b81d40000000000692dbba20a246561626561653534
		2d313461382d313165352d623630622d313639376639323565633762000a5349
		4d5445414d30303120000102030405060708090a0b0c0d0e0f10111213141516
		1718191a1b1c1d1e1f10636f6d2e6578616d706c652e64656d6f05616c657274
		000a7b22617073223a7b7d7d`
	flaggedHex = `0f02 0000000000000000 0000000000000000000000000000000000000000 0000000000000001
		0000000000000000 ffffffffffffffff 00 00 0175 00 00 00 00 0163 00`
)

// vectors are the literal bytes of each kind, in both directions.
var vectors = []struct {
	name    string
	hex     string
	number  uint64
	message Message
}{
	{"pushes", "a9010100 0000000000000007 01" + exampleHex, 7, Pushes{examplePush()}},
	{"no pushes", "a9010100 0000000000000000 00", 0, Pushes{}},
	{"two pushes, all flags", "a9010100 0000000000000008 02" + flaggedHex + exampleHex, 8, Pushes{flaggedPush(), examplePush()}},
	{"transfer", "a9010300 ffffffffffffffff 01" + flaggedHex, math.MaxUint64, Transfer{flaggedPush()}},
	{"all accepted", "a9010200 0000000000000007 00", 7, Results{}},
	{"the first rejected", "a9010200 0000000000000007 01 00 01 0f 546f6f4d616e795265717565737473 00", 7, Results{{Index: 0, Code: Rejected, Reason: apns.TooManyRequests}}},
	{
		"every code", "a9010200 0000000000000007 04 00 01 0f 546f6f4d616e795265717565737473 01 78 02 02 9a3c5e7f00112233 03 03 8101 04", 7,
		Results{
			{Index: 0, Code: Rejected, Reason: apns.TooManyRequests, Detail: "x"},
			{Index: 2, Code: Moved, Node: Node{0x9a, 0x3c, 0x5e, 0x7f, 0, 0x11, 0x22, 0x33}},
			{Index: 3, Code: NotStored},
			{Index: 129, Code: UnknownVersion},
		},
	},
	{"revision", "a9010700 0000000000000007 0000000000001267", 7, Revision(4711)},
	{"claimed", "a9010800 0000000000000009 00 00 0f1e2d3c4b5a6978 0000000000000011", 9, Claimed{Device: examplePush().Device, Revision: 17}},
	{"claimed in the sandbox", "a9010800 0000000000000009 01 03 0f1e2d3c4b5a6978 0000000000000011", 9, Claimed{Environment: apns.Sandbox, User: 3, Device: examplePush().Device, Revision: 17}},
}

func TestMessagesHaveTheseBytes(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			assert.Equal(t, hex.EncodeToString(unhex(v.hex)), hex.EncodeToString(Append(nil, v.number, v.message)))
			number, m, err := Parse(unhex(v.hex))
			require.NoError(t, err)
			assert.Equal(t, v.number, number)
			assert.Equal(t, v.message, m)
		})
	}
}

func TestAMessageIsAppendedToWhatIsThere(t *testing.T) {
	assert.Equal(t, append([]byte("before"), unhex(vectors[0].hex)...), Append([]byte("before"), 7, vectors[0].message))
}

func TestEveryPrefixIsRejected(t *testing.T) {
	for _, v := range vectors {
		b := unhex(v.hex)
		for length := range b {
			_, m, err := Parse(b[:length])
			var format *FormatError
			require.ErrorAs(t, err, &format, "%s, %d of %d bytes", v.name, length, len(b))
			require.Nil(t, m)
			require.LessOrEqual(t, format.Offset, length)
		}
	}
}

func TestAMalformedMessageIsRejected(t *testing.T) {
	for _, row := range []struct{ name, hex, want string }{
		{"another protocol", "aa010100 0000000000000007 00", "message of a node begins with another byte than a9, at offset 0"},
		{"flags", "a9010101 0000000000000007 00", "message of a node has unknown flags, at offset 3"},
		{"kind", "a9014d00 0000000000000007 00", "message of a node is of unknown kind 77, at offset 2"},
		{"bytes after its end", "a9010100 0000000000000007 00 00", "message of a node has bytes after its end, at offset 13"},
		{"a count of two bytes where one is enough", "a9010100 0000000000000007 8000", "message of a node has a malformed number of pushes, at offset 12"},
		{"a count above 64 bits", "a9010100 0000000000000007 ffffffffffffffffff7f", "message of a node has a malformed number of pushes, at offset 12"},
		{"more pushes than bytes", "a9010100 0000000000000007 ffffffff0f 00", "message of a node has fewer bytes than its number of pushes needs, at offset 12"},
		{"flags of a push", "a9010100 0000000000000007 01 10" + exampleHex[2:], "message of a node has an address with unknown flags, at offset 13"},
		{"flags of an address", "a9010800 0000000000000009 02 00 0f1e2d3c4b5a6978 0000000000000011", "message of a node has an address with unknown flags, at offset 12"},
		{"code", "a9010200 0000000000000007 01 00 05", "message of a node has a result with unknown code 5, at offset 14"},
		{"code zero", "a9010200 0000000000000007 01 00 00", "message of a node has a result with unknown code 0, at offset 14"},
		{"an index twice", "a9010200 0000000000000007 02 01 03 01 03", "message of a node has an index that does not rise, or is too high, at offset 15"},
		{"an index beyond every request", "a9010200 0000000000000007 01 ffffffff0f 03", "message of a node has an index that does not rise, or is too high, at offset 13"},
		{"a text beyond the end", "a9010200 0000000000000007 01 00 01 7f 00", "message of a node ends within its reason, at offset 16"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := Parse(unhex(row.hex))
			assert.EqualError(t, err, row.want)
		})
	}
}

func TestAMessageOfAnotherVersionTellsItsNumber(t *testing.T) {
	number, _, err := Parse(unhex("a9020100 0000000000000007 ffff"))
	var other *VersionError
	require.ErrorAs(t, err, &other)
	assert.Equal(t, VersionError{Version: 2, Number: 7}, *other)
	assert.Equal(t, uint64(7), number, "the response has it, too")
	assert.EqualError(t, err, "message of version 2, this node knows version 1; use the same version of apns-sim on all nodes")
}

func TestTheSizeOfAPushIsThatOfItsBytes(t *testing.T) {
	long := examplePush()
	long.Payload = make([]byte, 5000)
	for _, p := range []Push{examplePush(), flaggedPush(), long, {Notification: &apns.Notification{}}} {
		assert.Len(t, p.append(nil), p.Size())
	}
	assert.Equal(t, minPushSize, (&Push{Notification: &apns.Notification{}}).Size())
}

func TestAParsedMessageDoesNotShareMemory(t *testing.T) {
	b := unhex(vectors[0].hex)
	_, m, err := Parse(b)
	require.NoError(t, err)
	clear(b)
	assert.Equal(t, vectors[0].message, m)
}

// What parses encodes to the same bytes.
func FuzzParse(f *testing.F) {
	for _, v := range vectors {
		f.Add(unhex(v.hex))
		f.Add(unhex(v.hex + "00"))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		number, m, err := Parse(input)
		if err == nil {
			require.Equal(t, input, Append(nil, number, m))
		}
	})
}

func BenchmarkPushes(b *testing.B) {
	batch := make(Pushes, 64)
	for i := range batch {
		batch[i] = examplePush()
	}
	encoded := Append(nil, 1, batch)
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			encoded = Append(encoded[:0], 1, batch)
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := Parse(encoded); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func unhex(text string) []byte {
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		panic(err)
	}
	return b
}
