package devicetls

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/courier"
)

// maxDelayed is the maximum number of delayed responses of a connection. One more sends the
// oldest at once, so that a device with many requests is not slowed down, and one that does
// not read takes no memory.
const maxDelayed = 16

// delayedResponses are the responses of a session that are sent later. At Apple, services behind
// the courier handle tokens and filters, and their responses are milliseconds apart. A client
// that sends two requests together may not be ready for the second response right after the
// first, nor for the first before its own write has returned (observed: pypush).
//
// Each response is sent alone, no sooner than the delay after its request and after the
// response before it. Pushes wait until the delay after the last one has passed, so that none
// is sent between a request and its response.
type delayedResponses struct {
	waiting []courier.Message // oldest first; they do not alias frames
	next    time.Time         // when the oldest is sent, or pushes may be if there is none
}

// respondLater sends a response after the delay. It must not alias the frame of the
// request.
func (s *session) respondLater(m courier.Message) error {
	s.out.lock()
	defer s.out.unlock()
	return s.respondLaterLocked(m)
}

func (s *session) respondLaterLocked(m courier.Message) error {
	if s.responseDelay <= 0 {
		return s.respondLocked(m)
	}
	d := s.delayed
	if d == nil {
		d = new(delayedResponses)
		s.delayed = d
	}
	d.waiting = append(d.waiting, m)
	switch len(d.waiting) {
	case 1:
		s.delayNextLocked()
	case maxDelayed + 1:
		oldest := d.waiting[0]
		d.waiting = d.waiting[1:]
		return s.respondLocked(oldest)
	}
	return nil
}

// delayNextLocked schedules a worker for the end of the delay.
func (s *session) delayNextLocked() {
	s.delayed.next = time.Now().Add(s.responseDelay)
	s.timers.After(s.responseDelay, s.scheduleSend)
}

// respondDelayedLocked adds the response that is due. It reports whether pushes have to wait.
func (s *session) respondDelayedLocked() (wait bool) {
	d := s.delayed
	switch {
	case d == nil:
		return false
	case time.Now().Before(d.next):
		return true
	case len(d.waiting) == 0:
		s.delayed = nil
		return false
	}
	b := s.out.batchLocked()
	s.appendLocked(b, d.waiting[0])
	d.waiting = d.waiting[1:]
	s.delayNextLocked()
	return true
}

// respondAllLocked adds all delayed responses, when the connection ends.
func (s *session) respondAllLocked() {
	if s.delayed == nil {
		return
	}
	b := s.out.batchLocked()
	for _, m := range s.delayed.waiting {
		s.appendLocked(b, m)
	}
	s.delayed = nil
}
