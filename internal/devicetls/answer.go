package devicetls

import "github.com/apns-sim/apns-sim/internal/courier"

// answer adds a message to the output.
func (s *session) answer(m courier.Message) error {
	s.out.lock()
	defer s.out.unlock()
	return s.answerLocked(m)
}

func (s *session) answerLocked(m courier.Message) error {
	b := s.out.batchLocked()
	b.frames = s.framing.Append(b.frames, m)
	s.answersPending = true
	if len(b.frames) < flushSize {
		return nil
	}
	return s.flushAnswersLocked()
}

// flushAnswers writes the pending answers.
func (s *session) flushAnswers() error {
	if !s.answersPending {
		return nil
	}
	s.out.lock()
	defer s.out.unlock()
	return s.flushAnswersLocked()
}

func (s *session) flushAnswersLocked() error {
	s.answersPending = false
	if err := s.out.flushLocked(); err != nil {
		return writeEnding(err)
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
	return s.answer(&courier.FlushResponse{Padding: make([]byte, m.Wanted)})
}
