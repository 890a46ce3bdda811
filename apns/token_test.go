package apns_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/apns-sim/apns-sim/apns"
)

func TestADeviceTokenIsReadFromHexInEitherCase(t *testing.T) {
	rows := []struct {
		name, in string
		want     []byte
	}{
		{"lower", "00a1ff", []byte{0x00, 0xa1, 0xff}},
		{"upper", "00A1FF", []byte{0x00, 0xa1, 0xff}},
		{"mixed", "aBcDeF", []byte{0xab, 0xcd, 0xef}},
		{"one byte", "07", []byte{0x07}},
		{"all digits", "0123456789abcdefABCDEF", []byte{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef}},
		{"longest", strings.Repeat("5a", 100), []byte(strings.Repeat("Z", 100))},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, err := apns.ParseDeviceToken(row.in)
			require.NoError(t, err)
			assert.Equal(t, row.want, []byte(got))
			assert.Equal(t, strings.ToLower(row.in), got.String(), "written in lower case")
		})
	}
}

func TestWhatIsNotHexIsNoDeviceToken(t *testing.T) {
	rows := []struct{ name, in, want string }{
		{"empty", "", "device token is empty"},
		{"odd", "abc", "device token has an odd number of hex digits (3)"},
		{"prefix", "0x" + strings.Repeat("ab", 31), "device token is not hexadecimal at character 1, 'x'"},
		{"second of a pair", "abcg", "device token is not hexadecimal at character 3, 'g'"},
		{"brackets, as old iOS code prints it", "<abcdef>", "device token is not hexadecimal at character 0, '<'"},
		{"brackets around an odd number", "<aa bb cc>0", "device token is not hexadecimal at character 0, '<'"},
		{"a word for nothing", "undefined", "device token is not hexadecimal at character 0, 'u'"},
		{"spaces", "abcd ef0", "device token is not hexadecimal at character 4, ' '"},
		{"escaped", "%61%62", "device token is not hexadecimal at character 0, '%'"},
		{"wide digits", "１", "device token is not hexadecimal at character 0, '１'"},
		{"no UTF-8", "ab\xff", "device token is not hexadecimal at character 2, '�'"},
		{"between the digits and the letters", "0:", "device token is not hexadecimal at character 1, ':'"},
		{"after f", "0G", "device token is not hexadecimal at character 1, 'G'"},
		{"too long", strings.Repeat("00", 101), "device token has 202 characters, more than 200"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got, err := apns.ParseDeviceToken(row.in)
			assert.EqualError(t, err, row.want)
			assert.Empty(t, string(got))
		})
	}
}

func TestDecodingADeviceTokenDoesNotAllocate(t *testing.T) {
	in := strings.Repeat("c0ffee00", 8)
	var dst [apns.MaxDeviceToken]byte
	assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = apns.DecodeDeviceToken(dst[:], in) }))
}

func TestADeviceTokenSurvivesWritingAndReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		token := apns.DeviceToken(rapid.SliceOfN(rapid.Byte(), 1, apns.MaxDeviceToken).Draw(t, "token"))
		encoded, err := json.Marshal(token)
		require.NoError(t, err)
		require.Equal(t, `"`+token.String()+`"`, string(encoded))
		var back apns.DeviceToken
		require.NoError(t, json.Unmarshal(encoded, &back))
		require.Equal(t, token, back)
	})
}

func TestABadTokenInJSONLeavesTheOldOne(t *testing.T) {
	token := apns.DeviceToken("old")
	require.Error(t, json.Unmarshal([]byte(`"xy"`), &token))
	assert.Equal(t, apns.DeviceToken("old"), token)
}

func TestADeviceIDIsSixteenHexDigits(t *testing.T) {
	id := apns.DeviceID{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}
	encoded, err := json.Marshal(id)
	require.NoError(t, err)
	assert.Equal(t, `"0123456789abcdef"`, string(encoded))
	var back apns.DeviceID
	require.NoError(t, json.Unmarshal(encoded, &back))
	assert.Equal(t, id, back)

	assert.EqualError(t, back.UnmarshalText([]byte("0123")), "device id must have 16 hex digits, not 4 characters")
	assert.ErrorContains(t, back.UnmarshalText([]byte("0123456789abcdeg")), "device id: ")
}

// FuzzParseDeviceToken asks of whatever is taken for a token to read the same
// once it is written again.
func FuzzParseDeviceToken(f *testing.F) {
	for _, seed := range []string{"", "0", "00", "aF", "0x00", "<00>", "00 00", strings.Repeat("ab", 32), strings.Repeat("0", 201)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		token, err := apns.ParseDeviceToken(s)
		if err != nil {
			if token != "" {
				t.Errorf("%q is refused and still a token: %x", s, string(token))
			}
			return
		}
		if got := token.String(); got != strings.ToLower(s) {
			t.Errorf("%q reads as %s", s, got)
		}
	})
}

func BenchmarkParseDeviceToken(b *testing.B) {
	in := strings.Repeat("c0ffee00", 8)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = apns.ParseDeviceToken(in)
	}
}
