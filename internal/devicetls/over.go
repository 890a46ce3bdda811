package devicetls

import (
	"sync"
	"sync/atomic"
	"time"
)

// over says how a session ends, once something has ended it.
type over struct {
	how atomic.Pointer[endError] // nil until then

	mu     sync.Mutex
	paused chan struct{} // closed with the session; nil while nobody pauses
}

// end ends the session; the first reason given counts. It does not block, and when
// it returns nobody will interrupt the wire any more.
func (s *session) end(how *endError) {
	s.over.mu.Lock()
	defer s.over.mu.Unlock()
	if !s.over.how.CompareAndSwap(nil, how) {
		return
	}
	if s.over.paused != nil {
		close(s.over.paused)
	}
	if err := s.wire.interrupt(); err != nil {
		s.log.Debug("a closed connection is interrupted", "err", err)
	}
	if s.wire.line != nil {
		s.attendSoon()
	}
}

// ended reports whether end was called. Nothing is sent after that; the turn is
// never given back.
func (s *session) ended() bool { return s.over.how.Load() != nil }

// pause waits for a span of wire time, or for the end of the session.
func (s *session) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	s.over.mu.Lock()
	if s.over.paused == nil {
		s.over.paused = make(chan struct{})
		if s.ended() {
			close(s.over.paused)
		}
	}
	ended := s.over.paused
	s.over.mu.Unlock()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ended:
	}
}
