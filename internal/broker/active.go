package broker

import (
	"math"
	"time"
)

// always is the activeUntil of a device that has not reported for how long it is in use.
const always = math.MaxInt64

// activeLocked reports whether the device is in use, by the machine's time.
func (r *Route) activeLocked() bool {
	return r.activeUntil == always || r.activeUntil > time.Now().UnixNano()
}

// SetActive sets whether the device is in use, until it reports otherwise.
func (r *Route) SetActive(active bool) {
	until := int64(0)
	if active {
		until = always
	}
	r.setActiveUntil(until)
}

// SetActiveFor sets that the device is in use for a duration, and not afterwards.
//
// observed: apsd; 10 seconds, and 600 after it was unlocked
func (r *Route) SetActiveFor(d time.Duration) {
	r.setActiveUntil(time.Now().Add(d).UnixNano())
}

func (r *Route) setActiveUntil(until int64) {
	r.q.mu.Lock()
	defer r.q.mu.Unlock()
	if r.detached || r.activeUntil == until {
		return
	}
	r.activeUntil = until
	if r.filter != nil {
		r.q.releaseLocked(r.q.clock.Now(), false)
	}
}
