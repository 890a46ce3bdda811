package h2

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"
)

// plain and huffman are string literals.
// https://www.rfc-editor.org/rfc/rfc7541#section-5.2
func plain(s string) string { return string(rune(len(s))) + s }

func huffman(s string) string {
	coded := hpack.AppendHuffmanString(nil, s)
	return string(append([]byte{0x80 | byte(len(coded))}, coded...))
}

// The rest of a request: POST, https, and a path in the way of curl.
const requestLine = "\x83\x87\x04\x01/"

// Apple's pages disagree on how a provider should index its fields:
// https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns,
// https://developer.apple.com/documentation/usernotifications/establishing-a-connection-to-apns
// So every representation of https://www.rfc-editor.org/rfc/rfc7541#section-6 must do.
func TestAFieldMayBeEncodedInEveryLegalWay(t *testing.T) {
	const name, value = "apns-topic", "com.example.app"
	for _, tt := range []struct{ name, first, second, msg string }{
		{"with incremental indexing", "\x40" + plain(name) + plain(value), "\xbe", "6.2.1, then 6.1"},
		{"with incremental indexing, Huffman", "\x40" + huffman(name) + huffman(value), "\xbe", "5.2"},
		{"name from the dynamic table", "\x40" + plain(name) + plain("other"), "\x7e" + plain(value), "6.2.1"},
		{"without indexing", "\x00" + plain(name) + plain(value), "\x00" + plain(name) + plain(value), "6.2.2"},
		{"without indexing, Huffman", "\x00" + huffman(name) + huffman(value), "\x00" + plain(name) + huffman(value), "6.2.2"},
		{"without indexing, indexed name", "\x40" + plain(name) + plain("other"), "\x0f\x2f" + plain(value), "6.2.2, an integer of two octets"},
		{"never indexed", "\x10" + plain(name) + plain(value), "\x10" + huffman(name) + plain(value), "6.2.3"},
		{"never indexed, indexed name", "\x40" + plain(name) + plain("other"), "\x1f\x2f" + huffman(value), "6.2.3"},
		{"after the table was emptied", "\x40" + plain(name) + plain("other"), "\x20\x3f\xe1\x1f", "6.3, sizes 0 and 4096"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var topics []string
			h := HandlerFunc(func(s *Stream) {
				assert.Len(t, s.Fields, 1)
				assert.Equal(t, name, s.Fields[0].Name)
				topics = append(topics, s.Fields[0].Value)
				s.Respond(200, nil)
			})
			withPeer(t, nil, h, func(p *peer) {
				first, second := requestLine+tt.first, requestLine+tt.second
				if strings.HasPrefix(tt.msg, "6.3") { // a size update comes first
					second = tt.second + requestLine + "\x00" + plain(name) + plain(value)
				}
				for i, block := range []string{first, second} {
					id := uint32(2*i + 1)
					p.sent(p.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: []byte(block), EndHeaders: true, EndStream: true}))
					p.wantStatus(id, "200", tt.msg)
				}
				assert.Equal(t, value, topics[1], tt.msg)
			})
		})
	}
}

func TestFramesUpToTheLimitAreTaken(t *testing.T) {
	withPeer(t, &Config{MaxBody: 1 << 15}, HandlerFunc(func(s *Stream) {
		assert.Len(t, s.Body, MinMaxFrameSize)
		s.Respond(200, nil)
	}), func(p *peer) {
		p.headers(1, false, post())
		p.data(1, true, strings.Repeat("x", MinMaxFrameSize))
		p.wantStatus(1, "200", "MAX_FRAME_SIZE, observed: sideshow/apns2#117")
	})
}

// What the peer decodes is what it would decode from the encoder of x/net,
// whatever table sizes it asks for in between.
func TestEncoderAgreesWithXNet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		enc := newFieldEncoder()
		var block bytes.Buffer
		ordinary := hpack.NewEncoder(&block)
		ours, theirs := hpack.NewDecoder(4096, nil), hpack.NewDecoder(4096, nil)
		for range rapid.IntRange(1, 20).Draw(t, "blocks") {
			if rapid.IntRange(0, 4).Draw(t, "resize") == 0 { // once: the decoder of x/net takes no second update
				size := uint32(rapid.IntRange(0, 5000).Draw(t, "size"))
				enc.setTableSize(size)
				ordinary.SetMaxDynamicTableSize(size)
			}
			status := rapid.SampledFrom([]int{200, 200, 400, 410, 503}).Draw(t, "status")
			fields := rapid.SliceOfN(fieldGenerator, 0, 4).Draw(t, "fields")
			enc.reset()
			block.Reset()
			require.NoError(t, enc.status(status))
			require.NoError(t, ordinary.WriteField(hpack.HeaderField{Name: ":status", Value: strconv.Itoa(status)}))
			for _, f := range fields {
				require.NoError(t, enc.field(f))
				require.NoError(t, ordinary.WriteField(f))
			}
			got, err := ours.DecodeFull(enc.block)
			require.NoError(t, err)
			want, err := theirs.DecodeFull(block.Bytes())
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	})
}

func TestAResponseIsEncodedWithoutTables(t *testing.T) {
	id := strings.Repeat("A", maxPlain)
	for _, tt := range []struct{ name, value, want, msg string }{
		{"apns-id", "X", "\x88\x10\x07apns-id\x01X", "RFC 7541, 6.1 and 6.2.3"},
		{"apns-id", "", "\x88\x10\x07apns-id\x00", "5.2: a length of 0"},
		{"apns-id", id, "\x88\x10\x07apns-id\x7e" + id, "5.1: the longest length of one octet"},
		{"x", id + "A", "\x88\x10" + "\x01x" + huffman(id+"A"), "5.1: a longer one is left to x/net"},
	} {
		enc := newFieldEncoder()
		require.NoError(t, enc.status(200))
		require.NoError(t, enc.field(hpack.HeaderField{Name: tt.name, Value: tt.value, Sensitive: true}))
		assert.Equal(t, tt.want, string(enc.block), tt.msg)
	}
}
