package devicetls

import (
	"strconv"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A delayedKeepalive is the answer to a keepalive of version 2 that is due later.
type delayedKeepalive struct {
	mu    sync.Mutex
	timer *time.Timer // nil when no answer is due
}

// receiveKeepalive answers a keepalive at once and empty. To a device that wants a
// late answer, by the second version of keepalives, this says that the courier
// speaks the first. A non-empty "ok" sent at once would make it ping again at once.
//
// A courier that speaks the second version acknowledges such a keepalive at once,
// and answers it after the time the device has asked for.
//
// observed: apsd
func (s *session) receiveKeepalive(f courier.Frame) error {
	if err := s.framing.Parse(f, &s.keepalive); err != nil {
		return err
	}
	s.times.setInterval(s.keepalive.Interval)
	delay, delayed := keepaliveDelay(s.keepalive.Delay)
	s.keepalive = courier.Keepalive{} // it aliases the frame
	s.keepaliveTimer.cancel()         // a device waits for the answer to its newest one
	if s.ignoresKeepalive() {
		return nil
	}
	if !delayed || !s.server.cfg.DelayedKeepalives {
		return s.answer(&courier.KeepaliveResponse{})
	}
	s.times.allowWait(delay)
	if err := s.answer(&courier.KeepaliveAck{}); err != nil {
		return err
	}
	s.keepaliveTimer.after(delay, s)
	return nil
}

// keepaliveDelay reads the time after which a device wants its answer, in decimal
// seconds. It reports false if that is no time, or none.
func keepaliveDelay(seconds []byte) (time.Duration, bool) {
	n, err := strconv.ParseUint(string(seconds), 10, 32)
	return min(time.Duration(n)*time.Second, longestInterval), err == nil && n > 0
}

// after has the answer sent after a time.
func (l *delayedKeepalive) after(d time.Duration, s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var own *time.Timer
	own = time.AfterFunc(d, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.timer == own { // else it was withdrawn just now
			l.timer = nil
			s.workers.Add(job{For: s, Do: (*session).sendDelayedKeepalive})
		}
	})
	l.timer = own
}

// cancel sees to it that no answer is sent. It reports whether one was due.
func (l *delayedKeepalive) cancel() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timer == nil {
		return false
	}
	l.timer.Stop()
	l.timer = nil
	return true
}

// sendDelayedKeepalive sends the late answer to a keepalive.
func (s *session) sendDelayedKeepalive() {
	s.out.lock()
	defer s.out.unlock()
	if s.ended() {
		return
	}
	b := s.out.batchLocked()
	b.frames = s.framing.Append(b.frames, &courier.KeepaliveResponse{Status: courier.Some(courier.KeepaliveOK)})
	if err := s.out.flushLocked(); err != nil {
		s.end(writeEnding(err))
	}
}

// cancelKeepaliveLocked tells a device that a late answer it waits for will not come.
//
// observed: apsd
func (s *session) cancelKeepaliveLocked() {
	if s.keepaliveTimer.cancel() {
		b := s.out.batchLocked()
		b.frames = s.framing.Append(b.frames, &courier.CancelDelayedKeepalive{})
	}
}
