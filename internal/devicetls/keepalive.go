package devicetls

import (
	"strconv"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// A delayedKeepalive is the timer of the delayed response to a version 2 keepalive.
type delayedKeepalive struct {
	mu    sync.Mutex  // taken before a pool of workers: docs/lock-order.md
	timer *time.Timer // nil if no response is pending
}

// receiveKeepalive answers a keepalive at once with an empty response. A device that asks
// for a delayed response, with the second version of keepalives, takes this to mean that the
// courier speaks the first version. A response with "ok" sent at once would make it send
// the next keepalive at once.
//
// A courier that speaks the second version acknowledges such a keepalive at once, and
// answers it after the delay that the device asked for.
//
// observed: apsd
func (s *session) receiveKeepalive(f courier.Frame) error {
	if err := s.framing.Parse(f, &s.keepalive); err != nil {
		return err
	}
	s.times.setInterval(s.keepalive.Interval)
	delay, delayed := keepaliveDelay(s.keepalive.Delay)
	s.keepalive = courier.Keepalive{} // it aliases the frame
	s.keepaliveTimer.cancel()         // a device waits only for the response to its latest keepalive
	if s.ignoresKeepalive() {
		return nil
	}
	if !delayed || !s.server.cfg.DelayedKeepalives {
		return s.respond(&courier.KeepaliveResponse{})
	}
	s.times.allowWait(delay)
	if err := s.respond(&courier.KeepaliveAck{}); err != nil {
		return err
	}
	s.keepaliveTimer.after(delay, s)
	return nil
}

// keepaliveDelay parses the delay that a device asks for, in decimal seconds. It reports
// false if there is none, or if it is not a number.
func keepaliveDelay(seconds []byte) (time.Duration, bool) {
	n, err := strconv.ParseUint(string(seconds), 10, 32)
	return min(time.Duration(n)*time.Second, longestInterval), err == nil && n > 0
}

// after schedules the response.
func (l *delayedKeepalive) after(d time.Duration, s *session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var own *time.Timer
	own = time.AfterFunc(d, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.timer == own { // otherwise cancel came first
			l.timer = nil
			s.workers.Add(job{For: s, Do: (*session).sendDelayedKeepalive})
		}
	})
	l.timer = own
}

// cancel cancels the pending response. It reports whether there was one.
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

// sendDelayedKeepalive sends the delayed response.
func (s *session) sendDelayedKeepalive() {
	s.out.lock()
	defer s.out.unlock()
	if s.ended() {
		return
	}
	b := s.out.batchLocked()
	s.appendLocked(b, &courier.KeepaliveResponse{Status: courier.Some(courier.KeepaliveOK)})
	if err := s.out.flushLocked(); err != nil {
		s.end(writeEndReason(err))
	}
}

// cancelKeepaliveLocked notifies the device that a pending delayed response will not be sent.
//
// observed: apsd
func (s *session) cancelKeepaliveLocked() {
	if s.keepaliveTimer.cancel() {
		b := s.out.batchLocked()
		s.appendLocked(b, &courier.CancelDelayedKeepalive{})
	}
}
