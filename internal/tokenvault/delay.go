package tokenvault

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// A Delay is the time between the retirement of a token and its report, from when
// providers are answered Unregistered. APNs delays the report on purpose, so that a
// provider does not learn when an app was removed. The zero value reports at once.
//
// observed: reports range from hours through a day to never (sideshow/apns2#77, sideshow/apns2#159,
// node-apn/node-apn#673).
type Delay struct {
	// Min and Max bound the delay, which is drawn for each retirement. A Max
	// below Min means Min.
	Min, Max time.Duration
	// Never reports nothing.
	Never bool
	// Seed makes the draws repeatable.
	Seed uint64
}

func (d Delay) check() error {
	if d.Min < 0 {
		return errors.New("the delay before retired tokens are reported is negative")
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

// after returns when a retirement is reported; zero is never.
func (d *delayer) after(at time.Time) time.Time {
	if d.delay.Never {
		return time.Time{}
	}
	return at.Add(d.draw())
}

func (d *delayer) draw() time.Duration {
	spread := d.delay.Max - d.delay.Min
	if spread <= 0 {
		return d.delay.Min
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.delay.Min + time.Duration(d.random.Int64N(int64(spread)))
}
