package provider

import (
	"sync"
	"time"
)

// delays are the answers of one connection that come later.
type delays struct {
	mu      sync.Mutex
	waiting map[*delayed]struct{}
	ended   bool
	running sync.WaitGroup // one for each that was set and not stopped
}

// A delayed answer.
type delayed struct{ timer *time.Timer }

// after calls f after d, unless end comes first.
func (s *delays) after(d time.Duration, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	if s.waiting == nil {
		s.waiting = make(map[*delayed]struct{})
	}
	s.running.Add(1)
	answer := new(delayed)
	answer.timer = time.AfterFunc(d, func() {
		defer s.running.Done()
		s.forget(answer)
		f()
	})
	s.waiting[answer] = struct{}{}
}

func (s *delays) forget(answer *delayed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, answer)
}

// end stops what has not begun and waits for what has.
func (s *delays) end() {
	s.mu.Lock()
	s.ended = true
	for answer := range s.waiting {
		if answer.timer.Stop() {
			s.running.Done()
		}
	}
	s.mu.Unlock()
	s.running.Wait()
}
