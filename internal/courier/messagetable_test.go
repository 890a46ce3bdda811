package courier

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// messageTable is what each side may say: for each command the ids of its items, their
// names here, and their types in plain frames. It is written down from what was seen on
// the wire, apart from the layouts, so that an id or a width that is wrong there shows.
//
// observed: apsd, pypush, pushproxy
var messageTable = []struct {
	command Command
	from    Direction
	items   string
}{
	{
		0x07, FromDevice,
		"1 token data, 2 state u8, 5 flags u32, 6 interface u8, 7 activeInterval u32, 8 carrier text, " +
			"9 osVersion text, 10 osBuild text, 11 hardware text, 12 certificates data, 13 nonce data, " +
			"14 signature data, 16 version u16, 17 redirects u16, 19 dnsTime u16, 20 tlsTime u16, " +
			"21 failures data of [6], 22 lastConnected u64, 25 tcpTime u16, 26 disconnectReason u32, " +
			"29 hostCertificate data, 30 migrationReason u32, 31 offloadFlags u32, 32 psks u8",
	},
	{0x07, FromServer, "1 token data, 2 state u8"},
	{
		0x08, FromServer,
		"1 status u8, 2 redirectHost text, 3 token data, 4 maxMessage u16, 5 field5 u16, 6 capabilities u32, " +
			"7 clockTime u64, 8 largeMessage u16, 9 redirectReason text, 10 serverTime u64, 11 geoRegion text, " +
			"12 field12 u64, 16 keepaliveMin u32, 17 keepaliveExpected u32, 18 keepaliveMax u32, " +
			"19 clientAddress data, 20 experiment u16, 21 refusalReason text, 22 pskStatus u8",
	},
	{
		0x09, FromDevice,
		"1 token data, 2 enabled data, 3 ignored data, 4 opportunistic data, 5 paused data, " +
			"6 nonWaking data, 7 saltedEnabled data, 8 saltedIgnored data, 9 saltedOpportunistic data, " +
			"10 saltedPaused data, 11 saltedNonWaking data, 12 version u64",
	},
	{0x09, FromServer, "1 token data, 2 version u64, 3 status u8"},
	{0x0a, FromDevice, "1 topic data, 2 sender data, 3 payload data, 4 id u32, 25 roundTrip u16"},
	{
		0x0a, FromServer,
		"1 token data, 2 topic data, 3 payload data, 4 id u32, 5 expiry u32, 6 timestamp u64, 7 field7 u8, " +
			"9 storage u8, 13 priority u8, 15 baseToken data, 21 tracingID data, 24 correlationID text, " +
			"26 flags u32, 28 pushType u16, 29 origin data",
	},
	{0x0b, FromDevice, "1 token data, 4 id u32, 8 status u8"},
	{0x0b, FromServer, "1 token data, 4 id u32, 6 timestamp u64, 8 status u8"},
	{
		0x0c, FromDevice,
		"1 carrier text, 2 osVersion text, 3 osBuild text, 4 hardware text, 5 interval text, 6 delay text, " +
			"8 serverStatistics u16, 9 state u8, 10 subState u8",
	},
	{0x0d, FromServer, "1 status u8, 2 delay u32"},
	{0x0e, FromServer, "1 token data"},
	{0x0f, FromDevice, "1 wanted u16, 2 padding data"},
	{0x0f, FromServer, "1 wanted u16, 2 padding data"},
	{0x10, FromDevice, "2 padding data"},
	{0x10, FromServer, "2 padding data"},
	{0x11, FromDevice, "1 baseToken data, 2 topic data, 3 appID data, 4 type u16, 5 ttl u32, 6 vapidKeyHash data"},
	{0x12, FromServer, "1 status u8, 2 token data, 3 topic data, 4 appID data"},
	{0x13, FromDevice, "1 interval u32"},
	{0x14, FromDevice, "1 state u8, 2 interval u32"},
	{0x15, FromDevice, ""},
	{0x16, FromServer, ""},
	{0x17, FromServer, "2 host text, 9 reason text"},
	{0x18, FromDevice, ""},
	{0x18, FromServer, ""},
	{0x19, FromDevice, ""},
	{0x19, FromServer, ""},
	{0x1b, FromDevice, "1 topic data, 2 tracingID data, 3 status u8, 4 token data"},
	{0x1d, FromDevice, "1 id u32, 2 request data, 3 baseToken data"},
	{0x1d, FromServer, "1 id u32, 2 response data, 3 token data, 4 status u8, 5 timeout u32"},
	{0x1e, FromServer, "1 id u32, 2 update data, 3 token data, 4 timestamp u64"},
	{0x20, FromDevice, "1 id u32, 2 token data, 3 salt u64, 4 flag u32, 5 timestamp u64"},
	{0x20, FromServer, "1 id u32, 2 token data, 3 status u8"},
	{0x21, FromServer, "1 token data, 2 version u64, 3 action u8"},
	{0x22, FromServer, ""},
}

func itemOf(id uint8, size int) []byte {
	return append(appendItemHead(nil, id, size), bytes.Repeat([]byte{0xff}, size)...)
}

// takenAs tells what a message takes the item id for: its name, and u8 to u64 for an
// integer of this width, text, data, or data of a fixed size. "" is nothing.
func takenAs(empty func() Message, id uint8) string {
	m := empty().(described)
	walk := reading(itemOf(id, 1))
	if walk.next(); walk.err != nil {
		return walk.err.Error()
	}
	m.layout(&walk)
	if !walk.taken {
		return ""
	}
	var sizes []int
	for size := 1; size <= 16; size++ {
		item := itemOf(id, size)
		m := empty()
		if err := m.Parse(item); err == nil && bytes.Contains(m.Append(nil)[frameHead:], item) {
			sizes = append(sizes, size)
		}
	}
	kind := fmt.Sprint("data of ", sizes)
	switch {
	case walk.form == formInteger && len(sizes) == 1:
		kind = fmt.Sprint("u", 8*sizes[0])
	case walk.form == formText && len(sizes) == 16:
		kind = "text"
	case len(sizes) == 16:
		kind = "data"
	}
	return fmt.Sprintf("%d %s %s", id, walk.name, kind)
}

func TestEachCommandHasItsItemsAndTheirWidths(t *testing.T) {
	rows := messageTable
	for _, c := range commands {
		for _, side := range []struct {
			from  Direction
			empty func() Message
		}{{FromDevice, c.fromDevice}, {FromServer, c.fromServer}} {
			if side.empty == nil {
				continue
			}
			require.NotEmpty(t, rows, "%s %s is not in the table", c.Command, side.from)
			row := rows[0]
			rows = rows[1:]
			var items []string
			for id := range 256 {
				if item := takenAs(side.empty, uint8(id)); item != "" {
					items = append(items, item)
				}
			}
			assert.Equal(t, row.command, c.Command)
			assert.Equal(t, row.from, side.from, "%s", c.Command)
			assert.Equal(t, row.items, strings.Join(items, ", "), "%s %s", c.Command, side.from)
		}
	}
	assert.Empty(t, rows, "these are commands of nobody")
}
