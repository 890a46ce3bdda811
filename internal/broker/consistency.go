package broker

import (
	"errors"
	"fmt"
	"slices"
)

// ConsistencyCheck verifies the invariants of every queue and of the store, and returns
// an error for each violation. No other method may be running.
func (b *Broker) ConsistencyCheck() error { return errors.Join(b.problems()...) }

// Problems is ConsistencyCheck with a text for each problem.
func (b *Broker) Problems() (list []string) {
	for _, problem := range b.problems() {
		list = append(list, problem.Error())
	}
	return list
}

func (b *Broker) problems() (problems []error) {
	inStore := make(map[uint64]bool)
	b.eachQueue(func(q *queue) {
		for _, problem := range q.problemsLocked(inStore) {
			problems = append(problems, fmt.Errorf("queue of %v: %s", q.to, problem))
		}
	})
	problems = append(problems, b.subscriptionProblems()...)
	if b.store == nil {
		return problems
	}
	stored, err := b.store.Load()
	if err != nil {
		return append(problems, fmt.Errorf("load stored pushes: %w", err))
	}
	for _, r := range stored {
		if !inStore[r.Seq] {
			problems = append(problems, fmt.Errorf("push %d is in the store and in no queue", r.Seq))
		}
		delete(inStore, r.Seq)
	}
	for seq := range inStore {
		problems = append(problems, fmt.Errorf("push %d should be in the store and is not", seq))
	}
	return problems
}

// problemsLocked checks one queue and adds what it has in the store to
// inStore.
func (q *queue) problemsLocked(inStore map[uint64]bool) (problems []string) {
	ready := q.ready.entries[q.ready.head:]
	var inFlight []*entry
	if q.consumer != nil {
		for _, e := range q.consumer.flight.entries {
			if e != nil {
				inFlight = append(inFlight, e)
			}
		}
		if len(inFlight) != q.consumer.flight.count {
			problems = append(problems, "the number of pushes in flight is wrong")
		}
		if q.consumer.detached {
			problems = append(problems, "its consumer is detached")
		}
		if q.consumer.q != q {
			problems = append(problems, "its consumer belongs to another queue")
		}
	} else if len(ready) > 0 {
		problems = append(problems, "pushes are ready without a connection")
	}
	bytes := 0
	for _, e := range ready {
		bytes += e.size()
	}
	if bytes != q.ready.bytes {
		problems = append(problems, "the size of the ready pushes is wrong")
	}
	inOrder := func(a, b *entry) int { return compareSeq(a.seq, b.seq) }
	if !slices.IsSortedFunc(q.held, inOrder) || !slices.IsSortedFunc(ready, inOrder) {
		problems = append(problems, "its pushes are out of order")
	}
	for _, e := range slices.Concat(q.held, ready, inFlight) {
		if kept := e.storable && e.message == nil && q.b.store != nil; kept != e.inStore {
			problems = append(problems, fmt.Sprintf("push %d should be in the store: %t, is: %t", e.seq, kept, e.inStore))
		}
		if e.inStore {
			inStore[e.seq] = true
		}
	}
	for _, e := range q.held {
		if !e.storable {
			problems = append(problems, fmt.Sprintf("push %d is held, which its expiration forbids", e.seq))
		}
	}
	if q.idleLocked() {
		problems = append(problems, "it is empty, and was not removed")
	}
	if len(q.held) > q.b.storage.MaxPerDevice {
		problems = append(problems, fmt.Sprintf("it holds %d pushes; the limit is %d", len(q.held), q.b.storage.MaxPerDevice))
	}
	return append(problems, q.ruleProblemsLocked()...)
}
