package devicetls

import (
	"fmt"

	"github.com/apns-sim/apns-sim/internal/tokenvault"
)

// assignSlot assigns a slot to a login: the one its address already has, or a free one.
func (s *session) assignSlot(l login) (login, *rejection) {
	if p := s.presenceAt(l.address); p != nil {
		l.slot = p.slot
		return l, nil
	}
	for slot, p := range s.presences {
		if p == nil {
			l.slot = slot
			return l, nil
		}
	}
	return login{}, &rejection{reason: tooManyUsers, err: fmt.Errorf("a connection has at most %d", maxPresences)}
}

// nextUser returns the number for a user without a token: one above the highest on this
// connection, or else the lowest that is free.
func (s *session) nextUser() (uint8, bool) {
	var taken [tokenvault.MaxUser + 1]bool
	next := 0
	for _, p := range s.presences {
		if p != nil {
			taken[p.address.User] = true
			next = max(next, int(p.address.User)+1)
		}
	}
	if next <= tokenvault.MaxUser {
		return uint8(next), true
	}
	for user := range taken {
		if !taken[user] {
			return uint8(user), true
		}
	}
	return 0, false
}
