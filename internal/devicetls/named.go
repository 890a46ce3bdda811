package devicetls

import "github.com/apns-sim/apns-sim/internal/tokenvault"

// presenceFor returns the presence that a base token names, nil if there is none. A
// token may name it in an older form, from before a rotation of the token keys.
// With a single presence the token may be left out.
func (s *session) presenceFor(token []byte) *presence {
	for _, p := range s.presences {
		if p != nil && string(p.token) == string(token) {
			return p
		}
	}
	if len(token) == 0 {
		return s.onlyPresence()
	}
	claims, err := s.server.cfg.Vault.Open(token)
	if err != nil || !claims.Base || !claims.Retired.IsZero() {
		return nil
	}
	return s.presenceAt(claims.Address)
}

// presenceAt returns the presence of an address, nil if there is none.
func (s *session) presenceAt(a tokenvault.Address) *presence {
	for _, p := range s.presences {
		if p != nil && p.address == a {
			return p
		}
	}
	return nil
}

// onlyPresence returns the presence if there is exactly one.
func (s *session) onlyPresence() (onlyPresence *presence) {
	for _, p := range s.presences {
		switch {
		case p == nil:
		case onlyPresence != nil:
			return nil
		default:
			onlyPresence = p
		}
	}
	return onlyPresence
}
