package devicetls

import (
	"sync"
	"sync/atomic"
	"time"
)

// A closeState says why a session ends, once end was called.
type closeState struct {
	reason atomic.Pointer[endError] // nil until then

	mu     sync.Mutex    // taken under a queue or a directory, before a pool of workers: docs/lock-order.md
	paused chan struct{} // closed with the session; nil while nobody pauses
}

// end ends the session; the first call decides the reason. It does not block, and nothing
// interrupts the connection after it has returned.
func (s *session) end(reason *endError) {
	s.closing.mu.Lock()
	defer s.closing.mu.Unlock()
	if !s.closing.reason.CompareAndSwap(nil, reason) {
		return
	}
	if s.closing.paused != nil {
		close(s.closing.paused)
	}
	if err := s.conn.interrupt(); err != nil {
		s.log.Debug("cannot interrupt a connection", "err", err)
	}
	if s.conn.nonblocking != nil {
		s.scheduleRead()
	}
}

// ended reports whether end was called. No push is sent after that.
func (s *session) ended() bool { return s.closing.reason.Load() != nil }

// pause waits for d of real time, or until the session ends.
func (s *session) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	s.closing.mu.Lock()
	if s.closing.paused == nil {
		s.closing.paused = make(chan struct{})
		if s.ended() {
			close(s.closing.paused)
		}
	}
	ended := s.closing.paused
	s.closing.mu.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ended:
	}
}
