package apns_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// "Sending notification requests to APNs", "Sending channel management requests
// to APNs" and "Handling notification responses from APNs".
func TestHeadersAndTheReasonsTheyEarnAreApples(t *testing.T) {
	rows := []struct {
		name              string
		request, response bool
		wrong, missing    apns.Reason
	}{
		{"authorization", true, false, "InvalidProviderToken", "MissingProviderToken"},
		{"apns-topic", true, false, "BadTopic", "MissingTopic"},
		{"apns-push-type", true, false, "InvalidPushType", ""}, // absent: in practice accepted
		{"apns-id", true, true, "BadMessageId", ""},
		{"apns-expiration", true, false, "BadExpirationDate", ""},
		{"apns-priority", true, false, "BadPriority", ""},
		{"apns-collapse-id", true, false, "BadCollapseId", ""},
		{"apns-unique-id", false, true, "", ""},
		{"apns-channel-id", true, true, "BadChannelId", "MissingChannelId"},
		{"apns-request-id", true, true, "BadMessageId", ""},
	}
	table := apns.Headers()
	require.Len(t, table, len(rows))
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := table[i]
			assert.Equal(t, row.name, got.Name, "lower case, as HTTP/2 wants it")
			assert.Equal(t, row.request, got.Request)
			assert.Equal(t, row.response, got.Response)
			assert.Equal(t, row.wrong, got.Reason)
			assert.Equal(t, row.missing, got.Missing)
			requireSentences(t, got.Rule)
			requireSource(t, got.Source)
			for _, reason := range []apns.Reason{got.Reason, got.Missing} {
				assert.True(t, reason == "" || apns.LookupReason(reason) != nil, reason)
			}
		})
	}
}

func TestEveryHeaderHasExactlyOneRow(t *testing.T) {
	var rows []string
	for _, row := range apns.Headers() {
		rows = append(rows, row.Name)
	}
	assert.ElementsMatch(t, constantsOf(t, "header.go", "", "Header"), rows)
}
