package apns_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
)

// "Sending notification requests to APNs": apns-expiration.
func TestANotificationWaitsUntilItsExpirationAndThirtyDaysAtMost(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
	longest := now.Add(30 * 24 * time.Hour)
	at := func(t time.Time) apns.Expiration { return apns.Expiration(t.Unix()) }
	rows := []struct {
		name string
		in   apns.Expiration
		want time.Time
		note string
	}{
		{"absent", apns.DefaultExpiration, longest, "the default policy stores for 30 days"},
		{"zero", 0, now, "one attempt, never stored"},
		{"an hour", at(now.Add(time.Hour)), now.Truncate(time.Second).Add(time.Hour), "as asked"},
		{"past", at(now.Add(-time.Hour)), now.Truncate(time.Second).Add(-time.Hour), "it has expired already"},
		{"just thirty days", at(longest), longest.Truncate(time.Second), "the last second that is allowed"},
		{"thirty days and a second", at(longest) + 1, longest, "capped"},
		{"milliseconds", apns.Expiration(now.UnixMilli()), longest, "a common mistake is far in the future"},
		{"largest number", math.MaxInt64, longest, "no overflow into the past"},
		{"negative", -2, now, "no time of this era"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			assert.WithinDuration(t, row.want, row.in.Deadline(now), 0, row.note)
		})
	}
}

func TestPrioritiesAreTheNumbersOnTheWire(t *testing.T) {
	assert.EqualValues(t, 10, apns.PriorityImmediate)
	assert.EqualValues(t, 5, apns.PriorityConserve)
	assert.EqualValues(t, 1, apns.PriorityNeverWake)
	assert.Equal(t, 64, apns.MaxCollapseID, "bytes, not characters")
}
