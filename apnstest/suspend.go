package apnstest

// Suspend takes the right to push from the team, on open connections as well: it is
// refused with Forbidden.
func (s *Space) Suspend() { s.tb.Helper(); s.suspend(true) }

// Resume lets a suspended team push again.
func (s *Space) Resume() { s.tb.Helper(); s.suspend(false) }

func (s *Space) suspend(suspended bool) {
	s.tb.Helper()
	if _, err := s.server.sim.SuspendTeam(s.TeamID, suspended); err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
}
