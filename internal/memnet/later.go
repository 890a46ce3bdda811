package memnet

import "time"

// A later is what a reader that does not wait is told.
type later struct {
	nothing error       // what Read fails with where it would wait
	ready   func()      // called when it may do something else; nil if reads wait
	alarm   *time.Timer // calls ready at the deadline of reading; nil if none is set
	rings   time.Time   // when the alarm rings; never after the deadline
}

// An asIs is an error that does not get into a net.OpError.
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

// readLaterLocked takes l in place of what was there.
func (s *stream) readLaterLocked(l later) {
	if s.later.alarm != nil {
		s.later.alarm.Stop()
	}
	s.later = l
}

// readyLocked tells a reader that does not wait to look again.
func (s *stream) readyLocked() {
	if s.later.ready != nil {
		s.later.ready()
	}
}

// alarmLocked sees to it that a reader that does not wait is told at its deadline. An
// alarm that rings too early is set again: most deadlines are moved before they come.
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

// ring is called by the alarm.
func (s *stream) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.later.alarm = nil
	s.alarmLocked()
}
