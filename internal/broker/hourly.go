package broker

import (
	"slices"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// Hourly is how many pushes of a kind an app may have delivered to a device
// within an hour; 0 means any number. Further ones wait.
type Hourly struct {
	// Background is for silent pushes, of which only the newest waits. Apple advises
	// two or three: "Pushing background updates to your app".
	Background int
	// LiveActivity is for updates of Live Activities with priority 10; those with 5
	// have no budget. ActivityKit has no figure.
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
	return len(times)-stale(times, now) >= q.b.hourly.allowed(kind)
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
	q.hours[key] = append(q.hours[key], now.UnixNano())
	q.noteDue(now.Add(time.Hour).UnixNano())
}

// stale returns how many of the times, which rise, are an hour old.
func stale(times []int64, now time.Time) int {
	i, _ := slices.BinarySearch(times, now.Add(-time.Hour).UnixNano()+1)
	return i
}

// sweepHoursLocked forgets deliveries that are an hour old, and releases what
// waited for that.
func (q *queue) sweepHoursLocked(now time.Time) {
	freed := false
	for key, times := range q.hours {
		old := stale(times, now)
		freed = freed || old > 0
		if times = slices.Delete(times, 0, old); len(times) == 0 {
			delete(q.hours, key)
			continue
		}
		q.hours[key] = times
		q.noteDue(times[0] + int64(time.Hour))
	}
	if freed && q.route != nil && q.route.filter != nil {
		q.releaseLocked(now, false)
	}
}
