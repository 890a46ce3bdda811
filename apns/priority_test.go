package apns_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/apns-sim/apns-sim/apns"
)

func TestASetOfPrioritiesKnowsItsMembers(t *testing.T) {
	all := []apns.Priority{0, 1, 5, 10, 200}
	rows := []struct {
		name    string
		set     apns.Priorities
		members []apns.Priority
		highest apns.Priority
		words   string
	}{
		{"any", apns.LookupPushType(apns.Alert).Priorities, []apns.Priority{1, 5, 10}, 10, "10 or 5 or 1"},
		{"background", apns.LookupPushType(apns.Background).Priorities, []apns.Priority{5}, 5, "5"},
		{"live activity", apns.LookupPushType(apns.LiveActivity).Priorities, []apns.Priority{5, 10}, 10, "10 or 5"},
		{"empty", 0, nil, 0, ""},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			var members []apns.Priority
			for _, p := range all {
				if row.set.Has(p) {
					members = append(members, p)
				}
			}
			assert.Equal(t, row.members, members)
			assert.Equal(t, row.highest, row.set.Highest())
			assert.Equal(t, row.words, row.set.String())
		})
	}
}
