package broker

import (
	"math"
	"time"
)

// always is the activeUntil of a device that has not said when it stops being in use.
const always = math.MaxInt64

// activeLocked reports whether the device is in use. Its own time is the machine's.
func (r *Route) activeLocked() bool {
	return r.activeUntil == always || r.activeUntil > time.Now().UnixNano()
}

// SetActive says whether the device is in use, until it says otherwise.
func (r *Route) SetActive(active bool) {
	until := int64(0)
	if active {
		until = always
	}
	r.setActiveUntil(until)
}

// SetActiveFor says that the device is in use for a time, and not afterwards.
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
