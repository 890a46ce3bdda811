package device

import "github.com/apns-sim/apns-sim/apns"

// seenLimit is how many notifications a device remembers to recognize duplicates.
const seenLimit = 1024

// A sighting is what makes two notifications the same: topic, token and
// timestamp. A topic has two tokens the device takes, the app's and the base
// token; base tells which.
//
// observed: apsd.
type sighting struct {
	topic     apns.TopicHash
	base      bool
	timestamp uint64
}

// seen remembers the last [seenLimit] notifications.
type seen struct {
	known map[sighting]struct{}
	order []sighting // a ring once it is full
	next  int
}

func (s *seen) has(k sighting) bool {
	_, ok := s.known[k]
	return ok
}

func (s *seen) add(k sighting) {
	if s.known == nil {
		s.known = make(map[sighting]struct{})
	}
	if len(s.order) < seenLimit {
		s.order = append(s.order, k)
	} else {
		delete(s.known, s.order[s.next])
		s.order[s.next] = k
		s.next = (s.next + 1) % seenLimit
	}
	s.known[k] = struct{}{}
}

func (s *seen) clear() { *s = seen{} }
