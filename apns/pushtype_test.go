package apns_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// "Sending notification requests to APNs", with the suffixes of complication
// and liveactivity as the ActivityKit page and certificates have them.
func TestThereAreElevenPushTypesWithTheseTopicsAndLimits(t *testing.T) {
	rows := []struct {
		name, suffix string
		maxPayload   int
		priorities   string
		tokenOnly    bool
	}{
		{"alert", "", 4096, "10 or 5 or 1", false},
		{"background", "", 4096, "5", false}, // "Specifying the priority 10 is an error"
		{"voip", ".voip", 5120, "10 or 5 or 1", false},
		{"complication", ".complication", 4096, "10 or 5 or 1", false},
		{"fileprovider", ".pushkit.fileprovider", 4096, "10 or 5 or 1", true},
		{"mdm", "", 4096, "10 or 5 or 1", false},
		{"liveactivity", ".push-type.liveactivity", 4096, "10 or 5", false}, // the ActivityKit page
		{"location", ".location-query", 4096, "10 or 5 or 1", true},
		{"pushtotalk", ".voip-ptt", 4096, "10 or 5 or 1", false},
		{"widgets", ".push-type.widgets", 4096, "10 or 5 or 1", true},
		{"controls", ".push-type.controls", 4096, "10 or 5 or 1", false},
	}
	table := apns.PushTypes()
	require.Len(t, table, len(rows))
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := table[i]
			assert.Equal(t, apns.PushType(row.name), got.Type)
			assert.Equal(t, row.suffix, got.Suffix)
			assert.Equal(t, row.maxPayload, got.MaxPayload)
			assert.Equal(t, row.priorities, got.Priorities.String())
			assert.Equal(t, row.tokenOnly, got.TokenOnly)
			assert.Equal(t, row.name == "voip", got.Exclusive, "observed: ostinelli/apnotic#87; of no other suffix")
			requireSentences(t, got.Meaning, got.Payload)
			requireSource(t, got.Source)
			assert.Equal(t, &got, apns.LookupPushType(got.Type))
			assert.Equal(t, "com.example.app", apns.BundleID("com.example.app"+row.suffix))
			if row.suffix != "" {
				assert.Equal(t, got.Type, apns.TopicType("com.example.app"+row.suffix))
			}
		})
	}
}

func TestEveryPushTypeHasExactlyOneRow(t *testing.T) {
	var rows []string
	for _, row := range apns.PushTypes() {
		rows = append(rows, string(row.Type))
	}
	assert.ElementsMatch(t, constantsOf(t, "pushtype.go", "PushType", ""), rows)
}

func TestOnlyTheElevenWordsArePushTypes(t *testing.T) {
	for _, word := range []apns.PushType{"", "Alert", "liveActivity", "silent", "alert "} {
		assert.Nil(t, apns.LookupPushType(word), "%q", word)
	}
}

func TestABroadcastMayBeAsLargeAsACall(t *testing.T) {
	assert.Equal(t, 5120, apns.MaxBroadcastPayload, `"Sending broadcast push notification requests to APNs"`)
}

func TestTheBundleIDIsTheTopicWithoutItsSuffix(t *testing.T) {
	rows := []struct{ topic, want, note string }{
		{"com.example.app", "com.example.app", "no suffix"},
		{"com.example.app.voip-ptt", "com.example.app", "not .voip"},
		{"com.example.app.voip.complication", "com.example.app.voip", "one suffix only: the app's name may end like one"},
		{"com.example.voipcaller", "com.example.voipcaller", "the word is inside a name"},
		{"com.example.app.push-type", "com.example.app.push-type", "half a suffix"},
		{"com.apple.mgmt.External.0f1e", "com.apple.mgmt.External.0f1e", "MDM topics have none"},
		{"", "", "nothing in, nothing out"},
	}
	for _, row := range rows {
		assert.Equal(t, row.want, apns.BundleID(row.topic), row.note)
	}
}

func TestATopicTellsItsPushTypeUnlessItIsOfSeveral(t *testing.T) {
	for topic, want := range map[string]apns.PushType{
		"com.example.app":              "", // alert and background
		"com.example.app.voip-ptt":     apns.PushToTalk,
		"com.apple.mgmt.External.0f1e": apns.MDM,
		"pass.com.example.ticket":      "",
		"":                             "",
	} {
		assert.Equal(t, want, apns.TopicType(topic), topic)
	}
}

func TestTheTableOfPushTypesIsHandedOutAsACopy(t *testing.T) {
	apns.PushTypes()[0].MaxPayload = 1
	assert.Equal(t, 4096, apns.LookupPushType(apns.Alert).MaxPayload)
}
