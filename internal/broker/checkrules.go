package broker

import (
	"fmt"
	"slices"
	"time"
)

// ruleProblemsLocked checks what the rules of delivery remember of one queue.
func (q *queue) ruleProblemsLocked() (problems []string) {
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	shard := q.b.shardOf(q.to)
	now := q.clock.Now()
	moved := q.b.moves.Load() != q.b.clock.Moves() // then the next sweep looks at everything
	due := func(at int64, what string) {
		at -= int64(q.clock.Offset())
		if moved {
			return
		}
		if q.b.due.Load() > at || shard.due.Load() > at {
			problem("no sweep is due for %s", what)
		}
	}
	swept := !moved && q.b.due.Load() > time.Now().UnixNano() // what is due now has been done
	for _, e := range q.held {
		due(e.deadline, fmt.Sprintf("the expiry of push %d", e.seq))
		where, cause := q.decideLocked(e, now, false)
		switch {
		case where == hold && cause == Grouped && q.consumer.groupUntil == 0 && swept && !q.overBudgetLocked(e, now):
			problem("push %d is grouped, and the end of the group is not set", e.seq)
		case where == hold && cause == NotEnabled && q.b.storage.EnableTimeout > 0 && q.notEnabled[e.push.Hash] == 0:
			problem("push %d waits for its topic, and the start of the wait is not noted", e.seq)
		case where != hold && swept:
			problem("push %d is held for no reason", e.seq)
		}
	}
	for _, e := range q.ready.entries[q.ready.head:] {
		if where, cause := q.decideLocked(e, now, false); where == drop || where == hold && !cause.passesFilter() && q.consumer.filter != nil {
			problem("push %d is ready, and the filter excludes it", e.seq)
		}
	}
	for key, times := range q.hours {
		if len(recent(times, now)) > q.b.hourly.allowed(key.kind) {
			problem("the hourly budget %d is exceeded", key.kind)
		}
		if len(times) == 0 || !slices.IsSorted(times) {
			problem("the hourly budget %d is out of order", key.kind)
			continue
		}
		due(times[0]+int64(time.Hour), "an hourly budget")
	}
	for _, since := range q.notEnabled {
		due(since+int64(q.b.storage.EnableTimeout), "a topic that is not enabled")
	}
	if c := q.consumer; c != nil {
		if c.groupUntil != 0 {
			due(c.groupUntil, "what is grouped")
		}
		if c.ackBy != 0 {
			due(c.ackBy+int64(q.clock.Offset()), "an acknowledgement")
		}
		if c.ackBy != 0 && c.flight.count == 0 {
			problem("an acknowledgement is due and nothing is in flight")
		}
	}
	return problems
}
