package broker

import (
	"math"
	"time"
)

// always is the activeUntil of a device that has not reported for how long it is in use.
const always = math.MaxInt64

// activeLocked reports whether the device is in use, by the machine's time.
func (c *Consumer) activeLocked() bool {
	return c.activeUntil == always || c.activeUntil > time.Now().UnixNano()
}

// SetActive sets whether the device is in use, until it reports otherwise.
func (c *Consumer) SetActive(active bool) {
	until := int64(0)
	if active {
		until = always
	}
	c.setActiveUntil(until)
}

// SetActiveFor sets that the device is in use for a duration, and not afterwards.
//
// observed: apsd; 10 seconds, and 600 after it was unlocked
func (c *Consumer) SetActiveFor(d time.Duration) {
	c.setActiveUntil(time.Now().Add(d).UnixNano())
}

func (c *Consumer) setActiveUntil(until int64) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if c.detached || c.activeUntil == until {
		return
	}
	c.activeUntil = until
	if c.filter != nil {
		c.q.releaseLocked(c.q.clock.Now(), false)
	}
}
