package apns_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/apns-sim/apns-sim/apns"
)

// The words and their statuses as Apple prints them, written out a second time.
// Device pushes: "Handling notification responses from APNs".
var deviceReasons = map[int][]string{
	400: {
		"BadCollapseId", "BadDeviceToken", "BadExpirationDate", "BadMessageId", "BadPriority", "BadTopic",
		"DeviceTokenNotForTopic", "DuplicateHeaders", "IdleTimeout", "InvalidPushType", "MissingDeviceToken",
		"MissingTopic", "PayloadEmpty", "TopicDisallowed",
	},
	403: {
		"BadCertificate", "BadCertificateEnvironment", "ExpiredProviderToken", "Forbidden", "InvalidProviderToken",
		"MissingProviderToken", "UnrelatedKeyIdInToken", "BadEnvironmentKeyIdInToken",
		"BadEnvironmentKeyInToken", // observed: APNSwift#229; not in Apple's table
	},
	404: {"BadPath"},
	405: {"MethodNotAllowed"},
	410: {"ExpiredToken", "Unregistered"},
	413: {"PayloadTooLarge"},
	429: {"TooManyProviderTokenUpdates", "TooManyRequests"},
	500: {"InternalServerError"},
	503: {"ServiceUnavailable", "Shutdown"},
}

// Broadcast and channel management: "Handling error responses from APNs".
var broadcastReasons = map[int][]string{
	400: {
		"FeatureNotEnabled", "MissingChannelId", "BadChannelId", "ChannelNotRegistered", "BadRequestParams",
		"BadRequestPayload", "PayloadEmpty", "BadMessageId", "MissingPushType", "InvalidPushType",
		"CannotCreateChannelConfig", "BadExpirationDate", "BadPriority", "TopicDisallowed",
	},
	403: {
		"BadCertificate", "BadCertificateEnvironment", "TopicMismatch", "MissingProviderToken",
		"ExpiredProviderToken", "InvalidProviderToken",
	},
	404: {"BadPath"},
	405: {"MethodNotAllowed"},
	413: {"PayloadTooLarge"},
	429: {"TooManyRequests", "TooManyProviderTokenUpdates"},
	500: {"InternalServerError"},
	503: {"ServiceUnavailable", "Shutdown"},
}

// byStatus arranges the rows of one scope like the literal tables above.
func byStatus(scope apns.Scope) map[int][]string {
	m := map[int][]string{}
	for _, row := range apns.Reasons() {
		if row.Scope&scope != 0 {
			m[row.Status] = append(m[row.Status], string(row.Reason))
		}
	}
	return m
}

func TestReasonsAndStatusesAreApples(t *testing.T) {
	rows := []struct {
		name  string
		scope apns.Scope
		want  map[int][]string
	}{
		{"device", apns.ScopeDevice, deviceReasons},
		{"broadcast", apns.ScopeBroadcast, broadcastReasons},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			got := byStatus(row.scope)
			for status, want := range row.want {
				assert.ElementsMatch(t, want, got[status], "status %d", status)
			}
			assert.Len(t, got, len(row.want), "no other status")
		})
	}
}

func TestEveryReasonHasExactlyOneRow(t *testing.T) {
	var rows []string
	for _, row := range apns.Reasons() {
		rows = append(rows, string(row.Reason))
		requireSentences(t, row.Meaning, row.Here, row.Remedy)
		requireSource(t, row.Source)
		assert.NotZero(t, row.Scope, row.Reason)
	}
	assert.ElementsMatch(t, constantsOf(t, "reason.go", "Reason", ""), rows)
}

func TestAReasonKnowsItsRow(t *testing.T) {
	for _, row := range apns.Reasons() {
		found := apns.LookupReason(row.Reason)
		require.NotNil(t, found, row.Reason)
		assert.Equal(t, row, *found)
		assert.Equal(t, row.Status, row.Reason.Status())
	}
	// A name some clients use among themselves; APNs has no such word.
	assert.Nil(t, apns.LookupReason("InvalidSigningKey"))
	assert.Equal(t, 500, apns.Reason("InvalidSigningKey").Status(), "an unknown word is a fault of ours")
}

// "Handling notification responses from APNs", edition of 2025.
func TestRetryAdviceFollowsApple(t *testing.T) {
	want := map[apns.Reason]apns.Retry{
		apns.BadDeviceToken:         apns.RetryNever,
		apns.DeviceTokenNotForTopic: apns.RetryNever,
		apns.Forbidden:              apns.RetryNever,
		apns.Unregistered:           apns.RetryNever,
		apns.ExpiredToken:           apns.RetryNever,
		apns.PayloadTooLarge:        apns.RetryNever,
		apns.ExpiredProviderToken:   apns.RetryReconnect,
		apns.UnrelatedKeyIdInToken:  apns.RetryReconnect,
		apns.BadTopic:               apns.RetryFixed,
		apns.MissingProviderToken:   apns.RetryFixed,
	}
	for reason, retry := range want {
		assert.Equal(t, retry, apns.LookupReason(reason).Retry, reason)
	}
	for _, row := range apns.Reasons() {
		if row.Status == 429 || row.Status >= 500 {
			assert.Equal(t, apns.RetryLater, row.Retry, "%s: APNs may recover", row.Reason)
		}
	}
}

func TestRetryAdviceReadsAsASentencePart(t *testing.T) {
	want := map[apns.Retry]string{
		apns.RetryNever:     "never",
		apns.RetryFixed:     "after fixing the request",
		apns.RetryReconnect: "with a fresh token on a new connection",
		apns.RetryLater:     "after at least 15 minutes, with backoff",
	}
	for retry, words := range want {
		assert.Equal(t, words, retry.String())
	}
}

func TestTheTableOfReasonsIsHandedOutAsACopy(t *testing.T) {
	apns.Reasons()[0].Status = 200
	assert.NotEqual(t, 200, apns.Reasons()[0].Status)
}

func TestAScopeNamesItsRequests(t *testing.T) {
	assert.Equal(t, "device pushes", apns.ScopeDevice.String())
	assert.Equal(t, "broadcasts and channels", apns.ScopeBroadcast.String())
	assert.Equal(t, "device pushes, broadcasts and channels", apns.ScopeBoth.String())
	assert.Equal(t, "Scope(4)", apns.Scope(4).String(), "for the log")
}
