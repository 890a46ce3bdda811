package devicetls

import (
	"sync"
	"sync/atomic"
	"time"
)

// closeState says how a session ends, once something has ended it.
type closeState struct {
	ending atomic.Pointer[endError] // nil until then

	mu     sync.Mutex
	paused chan struct{} // closed with the session; nil while nobody pauses
}

// end ends the session; the first reason given counts. It does not block, and when
// it returns nobody will interrupt the wire any more.
func (s *session) end(ending *endError) {
	s.closing.mu.Lock()
	defer s.closing.mu.Unlock()
	if !s.closing.ending.CompareAndSwap(nil, ending) {
		return
	}
	if s.closing.paused != nil {
		close(s.closing.paused)
	}
	if err := s.conn.interrupt(); err != nil {
		s.log.Debug("a closed connection is interrupted", "err", err)
	}
	if s.conn.nonblocking != nil {
		s.scheduleRead()
	}
}

// ended reports whether end was called. Nothing is sent after that; the turn is
// never given back.
func (s *session) ended() bool { return s.closing.ending.Load() != nil }

// pause waits for a span of wire time, or for the end of the session.
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
