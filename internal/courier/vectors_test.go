package courier

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	tokenHex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	topicHex = "a003f1da17993ee51f2b3ceef6c6153afa8f3ec2" // SHA-1 of com.example.app
)

var (
	testToken = unhex(tokenHex)
	testTopic = unhex(topicHex)
)

// unhex reads hex with white space, T standing for testToken and H for testTopic.
func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.NewReplacer(" ", "", "\n", "", "\t", "", "T", tokenHex, "H", topicHex).Replace(s))
	if err != nil {
		panic(err)
	}
	return b
}

// vectors are messages and their bytes. Each direction of each shape that a login
// and a push need is here at least once.
var vectors = []struct {
	name    string
	from    Direction
	message Message
	hex     string
}{
	{
		"connect with a token", FromDevice,
		&Connect{Token: testToken, State: StateConnect},
		"07 00000027 01 0020 T 02 0001 01",
	},
	{
		"connect without a token", FromDevice,
		&Connect{State: StateConnect, PresenceFlags: 0x41, ProtocolVersion: ProtocolVersion},
		"07 00000010 02 0001 01 05 0004 00000041 10 0002 000c",
	},
	{
		"connect on a cellular network after a failure", FromDevice,
		&Connect{State: StateConnect, Interface: Some(InterfaceCellular), Carrier: "26201", Failures: []Failure{{Code: 57, Count: 2}}},
		"07 00000019 02 0001 01 06 0001 00 08 0005 3236323031 15 0006 00000039 0002",
	},
	{
		"connect with a proof of identity", FromDevice,
		&Connect{State: StateConnect, Certificates: [][]byte{{0x30, 0}, {0x30, 1}}, Nonce: unhex("00"), Signature: unhex("0103")},
		"07 00000017 02 0001 01 0c 0002 3000 0c 0002 3001 0d 0001 00 0e 0002 0103",
	},
	{
		"connect response", FromServer,
		&ConnectResponse{
			Token: testToken, MaxMessage: DefaultMaxMessage, Field5: DefaultField5,
			LargeMessage: DefaultLargeMessage, ServerTime: 1767225600000,
		},
		"08 00000048 01 0001 00 03 0020 T 04 0002 1000 05 0002 0002 06 0004 00000000 08 0002 3c00 0a 0008 0000019b76daa800",
	},
	{
		"presence that ended", FromServer,
		&Presence{Token: testToken, State: StateOffline},
		"07 00000027 01 0020 T 02 0001 02",
	},
	{
		"filter", FromDevice,
		&Filter{Token: testToken, Enabled: [][]byte{testTopic}},
		"09 0000003a 01 0020 T 02 0014 H",
	},
	{
		"filter with a topic twice and an unknown item", FromDevice,
		&Filter{Enabled: [][]byte{testTopic, testTopic}, Paused: [][]byte{{}}, Extra: []Item{{ID: 99, Value: []byte("x")}}},
		"09 00000035 02 0014 H 02 0014 H 05 0000 63 0001 78",
	},
	{
		"notification", FromServer,
		&Notification{
			Token: testToken, Topic: testTopic, Payload: []byte(`{"aps":{"alert":"hi"}}`), ID: 1,
			Expiry: 1767312000, Timestamp: 1767225600000000000, Priority: 10,
		},
		`0a 00000074 01 0020 T 02 0014 H 03 0016 7b22617073223a7b22616c657274223a226869227d7d
		 04 0004 00000001 05 0004 69570a80 06 0008 18867251edfa0000 09 0001 00 0d 0001 0a`,
	},
	{
		"device message", FromDevice,
		&DeviceMessage{Topic: testTopic, Token: testToken, Payload: []byte{}, ID: 7, RoundTrip: Some(uint16(0))},
		"0a 00000049 01 0014 H 02 0020 T 03 0000 04 0004 00000007 19 0002 0000",
	},
	{
		"ack", FromDevice,
		&Ack{Status: AckDelivered, ID: 1, Token: testToken},
		"0b 0000002e 08 0001 00 04 0004 00000001 01 0020 T",
	},
	{
		"device message ack", FromServer,
		&DeviceMessageAck{ID: 7, Status: DeviceMessageTooEarly},
		"0b 0000000b 04 0004 00000007 08 0001 80",
	},
	{"keepalive", FromDevice, &Keepalive{}, "0c 00000000"},
	{"keepalive response", FromServer, &KeepaliveResponse{}, "0d 00000000"},
	{"keepalive response of version 2", FromServer, &KeepaliveResponse{Status: Some(KeepaliveOK)}, "0d 00000004 01 0001 00"},
	{"no storage", FromServer, &NoStorage{Token: testToken}, "0e 00000023 01 0020 T"},
	{
		"token request", FromDevice,
		&TokenRequest{BaseToken: testToken, Topic: testTopic, AppID: unhex("a003")},
		"11 0000003f 01 0020 T 02 0014 H 03 0002 a003",
	},
	{
		"token response", FromServer,
		&TokenResponse{Status: TokenAccepted, Token: testToken, Topic: testTopic, AppID: unhex("a003")},
		"12 00000043 01 0001 00 02 0020 T 03 0014 H 04 0002 a003",
	},
	{"active", FromDevice, &ActiveState{State: StateActive, Interval: ActiveAlways}, "14 0000000b 01 0001 01 02 0004 7fffffff"},
	{"inactive", FromDevice, &ActiveState{State: StateInactive}, "14 00000004 01 0001 02"},
	{"active interval", FromDevice, &ActiveInterval{Interval: 600}, "13 00000007 01 0004 00000258"},
	{"transport ack", FromDevice, &TransportAck{}, "15 00000000"},
	{
		"filter response", FromServer,
		&FilterResponse{Token: testToken, Version: 258, Status: 1},
		"09 00000032 01 0020 T 02 0008 0000000000000102 03 0001 01",
	},
	{
		"presence tracking", FromDevice,
		&PresenceTracking{ID: 1, Token: testToken, Salt: 0x0102030405060708, Flag: 2, Timestamp: 1767225600000},
		"20 00000047 01 0004 00000001 02 0020 T 03 0008 0102030405060708 04 0004 00000002 05 0008 0000019b76daa800",
	},
	{
		"presence tracking response", FromServer,
		&PresenceTrackingResponse{ID: 1, Token: testToken},
		"20 0000002e 01 0004 00000001 02 0020 T 03 0001 00",
	},
	{"redirect", FromServer, &Redirect{Host: "2-courier", Reason: "x"}, "17 00000010 02 0009 322d636f7572696572 09 0001 78"},
	{"unknown command", FromDevice, &Unknown{Cmd: 0x1a, Payload: unhex("ff")}, "1a 00000001 ff"},
}

// parseFrom parses a frame of the given sender.
func parseFrom(from Direction, f Frame) (Message, error) {
	if from == FromDevice {
		return ParseFromDevice(f)
	}
	return ParseFromServer(f)
}

func TestVectorsAreWrittenByteForByte(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			assert.Equal(t, unhex(v.hex), v.message.Append(nil))
			assert.Equal(t, unhex("beef"+v.hex), v.message.Append(unhex("beef")), "a message is appended to what is there")
		})
	}
}

func TestVectorsAreReadAsTheirMessage(t *testing.T) {
	for _, v := range vectors {
		t.Run(v.name, func(t *testing.T) {
			f, err := NewReader(bytes.NewReader(unhex(v.hex)), ReaderOptions{}).Next()
			require.NoError(t, err)
			got, err := parseFrom(v.from, f)
			require.NoError(t, err)
			assert.Equal(t, v.message, got)
			assert.Equal(t, f.Command, got.Command())
		})
	}
}

func TestEveryPrefixOfAFrameIsRejected(t *testing.T) {
	for _, v := range vectors {
		whole := unhex(v.hex)
		for n := 1; n < len(whole); n++ {
			_, err := NewReader(bytes.NewReader(whole[:n]), ReaderOptions{}).Next()
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s cut to %d bytes", v.name, n)
		}
	}
}

func TestAnItemCutShortIsRejected(t *testing.T) {
	for _, v := range vectors {
		if _, ok := v.message.(*Unknown); ok {
			continue // its payload need not consist of items
		}
		payload := unhex(v.hex)[frameHead:]
		whole := map[int]bool{0: true} // where a cut leaves whole items
		for at := 0; at < len(payload); {
			_, next, err := nextItem(payload, at)
			require.NoError(t, err)
			at = next
			whole[at] = true
		}
		for n := range payload {
			_, err := parseFrom(v.from, Frame{Command: v.message.Command(), Payload: payload[:n]})
			if whole[n] {
				require.NoError(t, err, "%s cut to %d bytes of payload", v.name, n)
				continue
			}
			var overrun *ItemOverrunError
			require.ErrorAs(t, err, &overrun, "%s cut to %d bytes of payload", v.name, n)
			require.Equal(t, n, overrun.Offset+overrun.Left)
			require.Greater(t, overrun.Need, overrun.Left)
		}
	}
}

func TestFramesMayBeSplitAndMergedAnywhere(t *testing.T) {
	var stream []byte
	for _, v := range vectors {
		stream = v.message.Append(stream)
	}
	rows := []struct {
		name string
		src  io.Reader
	}{
		{"all in one read", bytes.NewReader(stream)},
		{"one byte a read", iotest.OneByteReader(bytes.NewReader(stream))},
		{"half of what was asked", iotest.HalfReader(bytes.NewReader(stream))},
		{"the end comes together with the last bytes", iotest.DataErrReader(bytes.NewReader(stream))},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			r := NewReader(row.src, ReaderOptions{})
			for _, v := range vectors {
				f, err := r.Next()
				require.NoError(t, err, v.name)
				got, err := parseFrom(v.from, f)
				require.NoError(t, err, v.name)
				require.Equal(t, v.message, got, v.name)
			}
			_, err := r.Next()
			require.Equal(t, io.EOF, err, "the stream ends between two frames")
		})
	}
}
