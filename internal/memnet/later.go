package memnet

import "time"

// A later is the state of a nonblocking reader.
type later struct {
	nothing error       // returned by Read where it would block
	ready   func()      // called when Read would return something else; nil if reads block
	alarm   *time.Timer // calls ready at the read deadline; nil if none is set
	rings   time.Time   // when the alarm fires; never after the deadline
}

// An asIs is an error that is not wrapped in a net.OpError.
type asIs struct{ error }

func (s *stream) readLater(l later) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.readerClosed {
		return
	}
	s.readLaterLocked(l)
	s.cond.Broadcast()
	s.alarmLocked()
}

// readLaterLocked replaces the state by l.
func (s *stream) readLaterLocked(l later) {
	if s.later.alarm != nil {
		s.later.alarm.Stop()
	}
	s.later = l
}

// readyLocked notifies a nonblocking reader.
func (s *stream) readyLocked() {
	if s.later.ready != nil {
		s.later.ready()
	}
}

// alarmLocked sets the timer that notifies a nonblocking reader at its deadline. A timer
// that fires too early is set again: most deadlines are moved before they pass.
func (s *stream) alarmLocked() {
	l := &s.later
	switch {
	case l.ready == nil || s.readDeadline.IsZero():
	case expired(s.readDeadline):
		l.ready()
	case l.alarm == nil:
		l.alarm, l.rings = time.AfterFunc(time.Until(s.readDeadline), s.ring), s.readDeadline
	case s.readDeadline.Before(l.rings):
		l.alarm.Reset(time.Until(s.readDeadline))
		l.rings = s.readDeadline
	}
}

// ring is called by the timer.
func (s *stream) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later.alarm = nil
	s.alarmLocked()
}
