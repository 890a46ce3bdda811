package broker

import (
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// Hourly is how many pushes of a kind an app may have delivered to a device
// within an hour; 0 means any number. Further ones wait.
type Hourly struct {
	// Background is for background pushes, of which only the newest waits. Apple
	// advises two or three.
	//
	// https://developer.apple.com/documentation/usernotifications/pushing-background-updates-to-your-app
	Background int
	// LiveActivity is for updates of Live Activities with priority 10; those with 5
	// have no budget. ActivityKit has no figure.
	//
	// https://developer.apple.com/documentation/activitykit/starting-and-updating-live-activities-with-activitykit-push-notifications
	LiveActivity int
}

// A budgetKind is a kind of pushes that has an hourly budget.
type budgetKind uint8

const (
	noBudget budgetKind = iota
	backgroundBudget
	liveActivityBudget
)

// A budgeted is what an hourly budget is for: a kind of pushes of an app.
type budgeted struct {
	topic apns.TopicHash
	kind  budgetKind
}

// kindOf says which budget a push is charged to.
func (h *Hourly) kindOf(p *Push) budgetKind {
	switch {
	case h.Background > 0 && p.PushType == apns.Background:
		return backgroundBudget
	case h.LiveActivity > 0 && p.PushType == apns.LiveActivity &&
		(p.Priority == 0 || p.Priority == apns.PriorityImmediate):
		return liveActivityBudget
	}
	return noBudget
}

func (h *Hourly) allowed(kind budgetKind) int {
	if kind == backgroundBudget {
		return h.Background
	}
	return h.LiveActivity
}

// overBudgetLocked reports whether e has to wait until older pushes of its kind
// are an hour old. One that is sent again has been counted before.
func (q *queue) overBudgetLocked(e *entry, now time.Time) bool {
	kind := q.b.hourly.kindOf(e.push)
	if kind == noBudget || e.charged {
		return false
	}
	times := q.hours[budgeted{e.push.Hash, kind}]
	return len(recent(times, now)) >= q.b.hourly.allowed(kind)
}

// chargeLocked counts e, which is about to be sent, against its budget.
func (q *queue) chargeLocked(e *entry, now time.Time) {
	kind := q.b.hourly.kindOf(e.push)
	if kind == noBudget || e.charged || e.message != nil {
		return
	}
	e.charged = true
	if q.hours == nil {
		q.hours = make(map[budgeted][]int64)
	}
	key := budgeted{e.push.Hash, kind}
	at, _ := slices.BinarySearch(q.hours[key], now.UnixNano()+1)
	q.hours[key] = slices.Insert(q.hours[key], at, now.UnixNano())
	q.noteDue(now.Add(time.Hour).UnixNano())
}

// recent returns those of the ascending times that are less than an hour old. Times in the
// future, from before the clock was set back, do not count.
func recent(times []int64, now time.Time) []int64 {
	from, _ := slices.BinarySearch(times, now.Add(-time.Hour).UnixNano()+1)
	to, _ := slices.BinarySearch(times, now.UnixNano()+1)
	return times[from:to]
}

// sweepHoursLocked deletes the times that do not count any more, and releases pushes that
// waited for the budget.
func (q *queue) sweepHoursLocked(now time.Time) {
	freed := false
	for key, times := range q.hours {
		left := recent(times, now)
		freed = freed || len(left) < len(times)
		if times = left; len(times) == 0 {
			delete(q.hours, key)
			continue
		}
		q.hours[key] = times
		q.noteDue(times[0] + int64(time.Hour))
	}
	if freed && q.consumer != nil && q.consumer.filter != nil {
		q.releaseLocked(now, false)
	}
}
