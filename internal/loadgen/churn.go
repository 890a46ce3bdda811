package loadgen

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"time"
)

// A Churn is the rate of each action, per second, over all devices of the fleet. The zero
// Churn does nothing.
type Churn [actionCount]float64

// ParseChurn reads rates like "disconnect=10/s,vanish=5/s,rotate=30/m". "" and "off" are
// none.
func ParseChurn(text string) (Churn, error) {
	var c Churn
	if text == "" || text == "off" {
		return c, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		name, rate, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return c, fmt.Errorf("%q is not a churn rate: use an action and its rate, such as disconnect=10/s", part)
		}
		action, known := actionNamed(name)
		if !known || !actions[action].churn {
			return c, unknownWord(name, ChurnNames())
		}
		if c[action] != 0 {
			return c, fmt.Errorf("%s has two rates: keep one", name)
		}
		var err error
		if c[action], err = parseRate(rate); err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
	}
	return c, nil
}

// ChurnNames are the actions that [ParseChurn] takes.
func ChurnNames() []string { return actionNames(func(info actionInfo) bool { return info.churn }) }

// A churnAction is one action of a churn.
type churnAction struct {
	at     time.Duration // since the churn began
	action Action
	number int           // of the device
	down   time.Duration // until it is undone
	topic  uint64        // picks the app, where one is concerned
}

// schedule yields the actions on count devices, without end, in order of time. It depends
// only on its arguments. The gaps are those of a Poisson process, so that the actions on
// devices are independent of each other.
func (c Churn) schedule(count int, down time.Duration, seed uint64) iter.Seq[churnAction] {
	return func(yield func(churnAction) bool) {
		var next [actionCount]churnAction
		var chance [actionCount]*rand.Rand
		for a := range next {
			chance[a] = rand.New(rand.NewPCG(seed, uint64(a)))
			next[a] = c.draw(Action(a), 0, chance[a], count, down)
		}
		for {
			first := -1
			for a := range next {
				if c[a] > 0 && (first < 0 || next[a].at < next[first].at) {
					first = a
				}
			}
			if first < 0 || !yield(next[first]) {
				return
			}
			next[first] = c.draw(Action(first), next[first].at, chance[first], count, down)
		}
	}
}

// draw returns the next occurrence of an action after a time.
func (c Churn) draw(a Action, at time.Duration, chance *rand.Rand, count int, down time.Duration) churnAction {
	if c[a] == 0 {
		return churnAction{}
	}
	gap := time.Duration(chance.ExpFloat64() / c[a] * float64(time.Second))
	return churnAction{
		at: at + gap, action: a, number: chance.IntN(count),
		down: time.Duration(chance.Float64() * float64(down)), topic: chance.Uint64(),
	}
}
