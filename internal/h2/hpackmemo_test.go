package h2

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2/hpack"
	"pgregory.net/rapid"
)

// fieldGenerator draws fields as clients encode them: few names, few values, so
// that they repeat.
var fieldGenerator = rapid.Custom(func(t *rapid.T) hpack.HeaderField {
	return hpack.HeaderField{
		Name: rapid.SampledFrom([]string{
			":path", ":method", "authorization", "apns-topic", "apns-id", "apns-expiration", "apns-push-type", "x",
		}).Draw(t, "name"),
		Value: rapid.OneOf(
			rapid.SampledFrom([]string{"", "POST", "0", "com.example.demo", strings.Repeat("a", 100), strings.Repeat("~", 2000)}),
			rapid.StringN(0, 20, 100),
		).Draw(t, "value"),
		Sensitive: rapid.Bool().Draw(t, "never indexed"),
	}
})

func TestMemoChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var got []hpack.HeaderField
		dec := newFieldDecoder(4096, func(f hpack.HeaderField) { got = append(got, f) })
		plain := hpack.NewDecoder(4096, nil)
		var block bytes.Buffer
		enc := hpack.NewEncoder(&block)
		for range rapid.IntRange(1, 20).Draw(t, "blocks") {
			if rapid.IntRange(0, 9).Draw(t, "resize") == 0 {
				enc.SetMaxDynamicTableSize(uint32(rapid.IntRange(0, 4096).Draw(t, "size")))
			}
			block.Reset()
			fields := rapid.SliceOfN(fieldGenerator, 1, 8).Draw(t, "fields")
			for _, f := range fields {
				require.NoError(t, enc.WriteField(f))
			}
			want, err := plain.DecodeFull(block.Bytes())
			require.NoError(t, err)
			wanted := rapid.Bool().Draw(t, "wanted")
			got = nil
			dec.begin(wanted)
			require.NoError(t, dec.writeWhole(block.Bytes()))
			require.NoError(t, dec.end())
			if wanted {
				require.Equal(t, want, got)
			} else {
				require.Empty(t, got)
			}
		}
	})
}

func TestMemoSavesAllocations(t *testing.T) {
	var last hpack.HeaderField
	dec := newFieldDecoder(4096, func(f hpack.HeaderField) { last = f })
	var block bytes.Buffer
	token := hpack.HeaderField{Name: "authorization", Value: "bearer " + strings.Repeat("abc", 60), Sensitive: true}
	require.NoError(t, hpack.NewEncoder(&block).WriteField(token))
	allocs := testing.AllocsPerRun(100, func() {
		dec.begin(true)
		require.NoError(t, dec.writeWhole(block.Bytes()))
		require.NoError(t, dec.end())
	})
	assert.Zero(t, allocs)
	assert.Equal(t, token, last)
}

func TestLateSizeUpdateIsFoundAfterAMemo(t *testing.T) {
	dec := newFieldDecoder(4096, func(hpack.HeaderField) {})
	block := []byte("\x10\x01x\x01y\x20") // x: y, never indexed; table size 0
	for _, fields := range []string{"seen first", "remembered"} {
		dec.begin(true)
		require.NoError(t, dec.writeWhole([]byte("\x10\x01x\x01y\x40\x01a\x01b")), fields)
		require.NoError(t, dec.end())
		dec.begin(true)
		assert.Error(t, dec.writeWhole(block), fields)
	}
}

// FuzzMemo compares the decoder with the one it speeds up, on any two blocks.
func FuzzMemo(f *testing.F) {
	f.Add([]byte("\x10\x01x\x01y\x20"), []byte("\x10\x01x\x01y\x82\x20"))
	f.Add([]byte("\x04\x02/a\x40\x01a\x01b"), []byte("\x04\x02/a\xbe\x0f\x2f\x01c"))
	f.Add([]byte("\x1f\xff\xff\xff\xff\x0f"), []byte("\x3f\xe1\x1f\x7f\x00\x81\x8c"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var got, want []hpack.HeaderField
		dec := newFieldDecoder(4096, func(f hpack.HeaderField) { got = append(got, f) })
		plain := hpack.NewDecoder(4096, func(f hpack.HeaderField) { want = append(want, f) })
		for _, block := range [][]byte{first, second, first} {
			got, want = nil, nil
			dec.begin(true)
			gotErr := dec.writeWhole(block)
			_, wantErr := plain.Write(block)
			if errors.Is(gotErr, errLateSizeUpdate) {
				return // the plain decoder lets it pass if its table is empty
			}
			require.Equal(t, wantErr, gotErr)
			require.Equal(t, want, got)
			if wantErr != nil {
				return
			}
			require.Equal(t, plain.Close(), dec.end())
		}
	})
}
