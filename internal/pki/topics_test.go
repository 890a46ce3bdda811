package pki

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// topicList is the list of an app "a.b" with its VoIP topic, byte by byte.
// observed: the structure of pushy's test certificates
const topicList = "" +
	"301e" + // SEQUENCE
	"0c03" + "612e62" + // UTF8String "a.b"
	"3005" + "0c03" + "617070" + // SEQUENCE { UTF8String "app" }
	"0c08" + "612e622e766f6970" + // "a.b.voip"
	"3006" + "0c04" + "766f6970" // { "voip" }

var topicEntries = []TopicEntry{{"a.b", "app"}, {"a.b.voip", "voip"}}

func TestTopicListHasTheseBytes(t *testing.T) {
	der, err := marshalTopics(topicEntries)
	require.NoError(t, err)
	assert.Equal(t, topicList, hex.EncodeToString(der))

	entries, err := parseTopics(der)
	require.NoError(t, err)
	assert.Equal(t, topicEntries, entries)
}

func TestEveryPrefixOfATopicListIsRejected(t *testing.T) {
	der, err := hex.DecodeString(topicList)
	require.NoError(t, err)
	for n := range der {
		_, err := parseTopics(der[:n])
		assert.Error(t, err, "%x", der[:n])
	}
}

func TestMalformedTopicListIsRejected(t *testing.T) {
	for _, row := range []struct{ der, note string }{
		{"3000", "no topic at all"},
		{"0500", "a NULL where a SEQUENCE is expected"},
		{"300a0c03612e6230030c0161" + "00", "a byte after the list"},
		{"30050c03612e62", "a topic without its kind"},
		{"300a1303612e6230030c0161", "the topic is a PrintableString"},
		{"300a0c03612e6231030c0161", "the kind is a SET"},
		{"300a0c03612e623003130161", "the kind is a PrintableString"},
		{"30090c03612e6230020c00", "the kind is empty"},
		{"30070c0030030c0161", "the topic is empty"},
		{"30070c03612e623000", "the kind's SEQUENCE is empty"},
		{"300d0c03612e6230060c01610c0162", "two kinds"},
		{"300a0c03ff2e6230030c0161", "not UTF-8"},
		{"300a30030c01610c03612e62", "kind before topic"},
		{"30810a0c03612e6230030c0161", "the length is not in its shortest form: X.690, 10.1"},
		{"308030030c0161", "an indefinite length"},
	} {
		t.Run(row.note, func(t *testing.T) {
			der, err := hex.DecodeString(row.der)
			require.NoError(t, err)
			_, err = parseTopics(der)
			assert.Error(t, err)
		})
	}
}

func TestIncompleteTopicEntryIsNotWritten(t *testing.T) {
	for _, e := range []TopicEntry{{"", "app"}, {"a.b", ""}, {"\xff", "app"}, {"a.b", "\xff"}} {
		_, err := newPKI(t).IssueProvider(ProviderRequest{Topic: "a.b", Topics: []TopicEntry{e}})
		assert.ErrorContains(t, err, "topic entry", "%q", e)
	}
}

// What the parser accepts it understands completely: written again, the bytes are the same.
func FuzzTopicListParsesAndEncodesToTheSame(f *testing.F) {
	for _, seed := range []string{topicList, "3000", "300a0c03612e6230030c0161", "30810a0c03612e6230030c0161", "0500"} {
		der, err := hex.DecodeString(seed)
		require.NoError(f, err)
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		entries, err := parseTopics(der)
		if err != nil {
			return
		}
		again, err := marshalTopics(entries)
		require.NoError(t, err)
		assert.Equal(t, der, again)
	})
}
