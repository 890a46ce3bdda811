package courier

import (
	"bytes"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTheOldestOf33KeysLeaves(t *testing.T) {
	var keys keyTable
	for i := range maxPackKeys + 1 {
		keys.add(shortKey(uint8(i)))
	}
	assert.Equal(t, -1, keys.find(shortKey(0)))
	assert.Equal(t, 31, keys.find(shortKey(1)))
	assert.Equal(t, 0, keys.find(shortKey(32)))
	newest, ok := keys.at(0)
	assert.True(t, ok)
	assert.Equal(t, shortKey(32), newest)
	_, ok = keys.at(maxPackKeys)
	assert.False(t, ok)
}

func TestValuesLeaveWhenTheTableIsFull(t *testing.T) {
	value := func(b byte, size int) []byte { return bytes.Repeat([]byte{b}, size) }
	for _, row := range []struct {
		name   string
		add    []byte
		want   []byte // first bytes of the values in the table, newest first
		reason string
	}{
		{"it fits", value('d', 68), []byte("dcba"), "four times 100 are the limit"},
		{"one byte more", value('d', 69), []byte("dcb"), "the oldest one leaves"},
		{"two hundred", value('d', 168), []byte("dcb"), "100 were free"},
		{"three hundred", value('d', 268), []byte("dc"), "all but the newest leave"},
		{"the whole table", value('d', 368), []byte("d"), "it takes what fits alone"},
		{"more than the table", value('d', 369), []byte("cba"), "a value that never fits changes nothing"},
		{"a single byte", value('d', 1), []byte("cba"), "a reference would be as long"},
		{"the same again", value('a', 68), []byte("acba"), "an entry does not move"},
	} {
		t.Run(row.name, func(t *testing.T) {
			table := valueTable{limit: 400}
			for _, b := range []byte("abc") {
				table.add(value(b, 68), 0)
			}
			table.add(row.add, 3)
			for i, b := range row.want {
				got, _, ok := table.at(uint64(i))
				require.True(t, ok, row.reason)
				assert.Equal(t, b, got[0], row.reason)
			}
			_, _, ok := table.at(uint64(len(row.want)))
			assert.False(t, ok, row.reason)
		})
	}
}

// The table is one of values in a row, however its memory is used.
func TestTheTableOfValuesIsAQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := valueTable{limit: 300}
		var row [][]byte
		for range rapid.IntRange(0, 60).Draw(t, "values") {
			value := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "value")
			table.add(value, 0)
			if len(value) >= minIndexed && len(value)+packOverhead <= 300 {
				row = append(row, value)
			}
			for cost := 0; ; row = row[1:] {
				if cost = 0; len(row) > 0 {
					for _, v := range row {
						cost += len(v) + packOverhead
					}
				}
				if cost <= 300 {
					break
				}
			}
			for i, want := range row {
				got, _, ok := table.at(uint64(len(row) - 1 - i))
				require.True(t, ok)
				require.Equal(t, want, got)
				found, _, _ := table.at(uint64(table.find(want)))
				require.Equal(t, want, found)
			}
			_, _, ok := table.at(uint64(len(row)))
			require.False(t, ok)
		}
	})
}

// observed: apsd indexes only as many topics as fill half the table: 38 hashes.
func TestAFilterFillsHalfTheTableWithTopics(t *testing.T) {
	filter := &Filter{Token: testToken}
	for i := range 100 {
		hash := slices.Concat([]byte(strconv.Itoa(1000+i)), make([]byte, 16))
		filter.Enabled = append(filter.Enabled, hash)
	}
	p := NewPacker()
	first := p.Append(nil, filter)
	assert.Len(t, p.values.entries[p.values.first:], 1+38)
	assert.Equal(t, 38*22+62*22+34, len(first)-4, "indexed or not, a hash has 22 bytes the first time")
	again := p.Append(nil, filter)
	assert.Equal(t, 38*2+62*22+2, len(again)-4, "the same 38 are references")
	r := NewPackReader(bytes.NewReader(append(first, again...)), ReaderOptions{})
	for range 2 {
		f, err := r.Next()
		require.NoError(t, err)
		got, err := ParseFromDevice(f)
		require.NoError(t, err)
		assert.Equal(t, filter, got)
	}
}

// One client indexes what no table takes; both sides leave it out.
func TestAValueTooLargeForTheTableIsReadAndNotKept(t *testing.T) {
	body := append(unhex("41 02 abcd 42 3f a21f"), make([]byte, 4065)...)
	body = append(body, unhex("83 00")...)
	r := NewPackReader(bytes.NewReader(append(appendTagged([]byte{0x1c}, 0, packLengthBits, len(body)), body...)), ReaderOptions{})
	f, err := r.Next()
	require.NoError(t, err)
	got, err := ParseFromDevice(f)
	require.NoError(t, err)
	items := got.(*Unknown).Items
	require.Len(t, items, 3)
	assert.Len(t, items[1].Value, 4065)
	assert.Equal(t, unhex("abcd"), items[2].Value, "the newest entry is still the first one")
}
