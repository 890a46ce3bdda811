package apnstest

// An App is an app of a team.
type App struct {
	// Topic is its bundle ID.
	Topic string

	space *Space
}

// NewApp registers an app. The topics with a suffix, such as those for VoIP or
// Live Activities, are allowed with it; for tokens of those, make an App of
// the suffixed topic.
func (s *Space) NewApp(bundleID string) *App {
	s.tb.Helper()
	if err := s.server.simulator().Auth.AddApp(s.TeamID, bundleID); err != nil {
		s.tb.Fatalf("apnstest: %v", err)
	}
	app := &App{Topic: bundleID, space: s}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps = append(s.apps, app)
	return app
}

// SetBroadcast gives the app the broadcast capability, which it has from the start,
// or takes it away, and all its channels with it.
func (a *App) SetBroadcast(enabled bool) {
	a.space.tb.Helper()
	if err := a.space.server.simulator().TeamControl.SetBroadcast(a.space.TeamID, a.Topic, enabled); err != nil {
		a.space.tb.Fatalf("apnstest: %v", err)
	}
}
