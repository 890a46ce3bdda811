package h2

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"
)

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
