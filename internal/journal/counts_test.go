package journal_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/journal"
)

func TestEventsAreCountedWhetherTheyAreKeptOrNot(t *testing.T) {
	j := journal.New(journal.Config{Capacity: 8})
	for i := range 100 {
		j.Record(journal.Event{Kind: journal.Accepted, Device: apns.DeviceID{byte(i)}})
	}
	j.Record(journal.Event{Kind: journal.Rejected, Cause: "BadDeviceToken"})
	j.Record(journal.Event{Kind: journal.Rejected, Cause: "BadDeviceToken", Device: apns.DeviceID{1}})
	j.Record(journal.Event{Kind: journal.Dropped, Cause: "expired"})
	assert.Equal(t, []journal.Count{
		{Kind: journal.Rejected, Cause: "BadDeviceToken", Count: 2},
		{Kind: journal.Accepted, Count: 100},
		{Kind: journal.Dropped, Cause: "expired", Count: 1},
	}, j.Counts())
	var none *journal.Journal
	assert.Empty(t, none.Counts())
	assert.Zero(t, none.Waiting())
}
