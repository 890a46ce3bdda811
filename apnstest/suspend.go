package apnstest

// Suspend suspends the team: its pushes are rejected with Forbidden, on open connections
// as well.
func (s *Space) Suspend() { s.tb.Helper(); s.suspend(true) }

// Resume ends the suspension.
func (s *Space) Resume() { s.tb.Helper(); s.suspend(false) }

func (s *Space) suspend(suspended bool) {
	s.tb.Helper()
	if _, err := s.server.simulator().TeamControl.SuspendTeam(s.TeamID, suspended); err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
}
