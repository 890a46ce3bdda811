package devicetls

import "github.com/apns-sim/apns-sim/internal/courier"

// respond adds a message to the output.
func (s *session) respond(m courier.Message) error {
	s.out.lock()
	defer s.out.unlock()
	return s.respondLocked(m)
}

func (s *session) respondLocked(m courier.Message) error {
	b := s.out.batchLocked()
	s.appendLocked(b, m)
	s.responsesPending = true
	if len(b.frames) < flushSize {
		return nil
	}
	return s.flushResponsesLocked()
}

// flushResponses writes the pending responses.
func (s *session) flushResponses() error {
	if !s.responsesPending {
		return nil
	}
	s.out.lock()
	defer s.out.unlock()
	return s.flushResponsesLocked()
}

func (s *session) flushResponsesLocked() error {
	s.responsesPending = false
	if err := s.out.flushLocked(); err != nil {
		return writeEndReason(err)
	}
	return nil
}

// flush answers with as much padding as the device asks for.
//
// observed: apsd
func (s *session) flush(m *courier.Flush) error {
	if m.Wanted == 0 {
		return nil
	}
	return s.respond(&courier.FlushResponse{Padding: make([]byte, m.Wanted)})
}
