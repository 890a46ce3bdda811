package devicetls

import (
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
)

// A requestCounter counts the requests of each device within a minute, over all of its
// connections.
type requestCounter struct {
	mu       sync.Mutex // nothing is locked under it: docs/lock-order.md
	began    time.Time
	byDevice map[apns.DeviceID]int
}

// count counts a request and returns the number of requests of the device so far.
func (t *requestCounter) count(device apns.DeviceID, now time.Time) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byDevice == nil || now.Sub(t.began) >= time.Minute {
		t.began, t.byDevice = now, make(map[apns.DeviceID]int)
	}
	t.byDevice[device]++
	return t.byDevice[device]
}

// allowed counts a request, and reports whether the device is within its limit. Each request
// adds an event or a log line, with which a device could flood the simulator.
func (s *session) allowed() bool {
	limit := s.server.cfg.TokenBudget
	if limit < 0 {
		return true
	}
	n := s.server.requests.count(s.id(), time.Now())
	if n == limit+1 {
		s.log.Warn("rejecting requests of a device for up to a minute", "device", s.id(), "limit", limit)
	}
	return n <= limit
}
