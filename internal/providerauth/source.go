package providerauth

import "sync"

// maxSources is how many addresses are remembered, at least half of them. An
// address that was forgotten begins anew.
const maxSources = 4096

// sources has a holder for each address that providers connect from, in two
// generations as verdicts has.
type sources struct {
	mu         sync.Mutex
	young, old map[string]*updateCounter
}

// of returns the holder of an address.
func (s *sources) of(address string) *updateCounter {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.young[address]; h != nil {
		return h
	}
	h := s.old[address]
	if h == nil {
		h = new(updateCounter)
	}
	if s.young == nil || len(s.young) >= maxSources/2 {
		s.young, s.old = make(map[string]*updateCounter), s.young
	}
	s.young[address] = h
	return h
}
