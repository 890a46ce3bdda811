package broker

import (
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// Defaults of [Config.ChannelBudget].
const (
	// DefaultBudgetStored is how many messages a minute a channel takes that
	// keeps the most recent one. Apple publishes no figure.
	DefaultBudgetStored = 6_000
	// DefaultBudgetUnstored is the same for a channel without storage, which has the
	// higher budget.
	//
	// https://developer.apple.com/documentation/usernotifications/sending-channel-management-requests-to-apns
	DefaultBudgetUnstored = 60_000
)

// A Budget is how many messages a minute a channel takes, by its storage
// policy. 0 means the default, a negative number means any.
type Budget struct{ Stored, Unstored int }

// byPolicy returns the budget of each policy.
func (l Budget) byPolicy() [2]int {
	if l.Stored == 0 {
		l.Stored = DefaultBudgetStored
	}
	if l.Unstored == 0 {
		l.Unstored = DefaultBudgetUnstored
	}
	return [2]int{NoStorage: l.Unstored, MostRecent: l.Stored}
}

// A budget counts the messages of one channel, minute by minute.
type budget struct {
	perMinute int // below 0 is any number
	minute    int64
	spent     int
}

// spend counts a message, or rejects it with TooManyRequests.
//
// https://developer.apple.com/documentation/usernotifications/handling-error-responses-from-apns
func (l *budget) spend(now time.Time) error {
	if minute := now.Unix() / 60; minute != l.minute {
		l.minute, l.spent = minute, 0
	}
	if l.perMinute >= 0 && l.spent >= l.perMinute {
		return apns.Reject(apns.TooManyRequests, "the channel has taken its messages of this minute")
	}
	l.spent++
	return nil
}
