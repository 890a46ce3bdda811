package tokenvault

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

func TestARecordIsSixteenBytesInThisOrder(t *testing.T) {
	rows := []struct {
		name string
		in   tokenRecord
		want []byte
	}{
		{
			"app in the sandbox",
			tokenRecord{
				Address: Address{apns.Sandbox, apns.DeviceID{1, 2, 3, 4, 5, 6, 7, 8}, 5},
				tag:     TopicTag{0xa0, 0x03, 0xf1, 0xda}, epoch: 0x010203,
			},
			[]byte{0b0_00101_1_1, 1, 2, 3, 4, 5, 6, 7, 8, 0xa0, 0x03, 0xf1, 0xda, 0x01, 0x02, 0x03},
		},
		{
			"base in production",
			tokenRecord{Address: Address{apns.Production, apns.DeviceID{8, 7, 6, 5, 4, 3, 2, 1}, 31}, base: true, epoch: maxEpoch},
			[]byte{0b0_11111_0_0, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff},
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := make([]byte, recordSize)
			row.in.put(got)
			assert.Equal(t, row.want, got)
			back, ok := parseTokenRecord(got)
			require.True(t, ok)
			assert.Equal(t, row.in, back)
		})
	}
}

func TestInvalidRecordsAreRejected(t *testing.T) {
	rows := []struct {
		name, note string
		in         []byte
	}{
		{"short", "one byte of the epoch is missing", make([]byte, recordSize-1)},
		{"bit 7", "the flag has no meaning yet", append([]byte{flagUnused}, make([]byte, recordSize-1)...)},
		{"tag", "a base token names no topic", []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0}},
		{"padding", "the rest is zeros", append(make([]byte, recordSize), 0, 1)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, ok := parseTokenRecord(row.in)
			assert.False(t, ok, row.note)
		})
	}
}
