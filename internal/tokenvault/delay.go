package tokenvault

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// A Delay is how long after a token has become void providers are told. APNs
// does not tell at once, on purpose: nobody shall learn when an app was removed.
// The zero value tells at once.
//
// observed: reports range from hours through a day to never (apns2#77, apns2#159,
// node-apn#673).
type Delay struct {
	// Min and Max bound the delay, which is drawn anew for each retirement. A Max
	// below Min means Min.
	Min, Max time.Duration
	// Never says that providers are not told at all.
	Never bool
	// Seed makes the draws repeat.
	Seed uint64
}

func (d Delay) check() error {
	if d.Min < 0 {
		return errors.New("the delay before providers are told is negative")
	}
	return nil
}

// A delayer draws delays.
type delayer struct {
	delay Delay

	mu     sync.Mutex
	random *rand.Rand
}

func newDelayer(d Delay) *delayer {
	return &delayer{delay: d, random: rand.New(rand.NewPCG(d.Seed, 0))}
}

// after returns when providers are told of what happened at a time; zero is
// never.
func (d *delayer) after(at time.Time) time.Time {
	if d.delay.Never {
		return time.Time{}
	}
	return at.Add(d.draw())
}

func (d *delayer) draw() time.Duration {
	span := d.delay.Max - d.delay.Min
	if span <= 0 {
		return d.delay.Min
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.delay.Min + time.Duration(d.random.Int64N(int64(span)))
}
