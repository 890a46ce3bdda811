package apnstest

// An App is an app of a team.
type App struct {
	// Topic is its bundle ID.
	Topic string

	space *Space
}

// NewApp registers an app. Topics with a suffix, such as those for VoIP or Live Activities,
// are allowed with it; to get tokens for them, call NewApp with the suffixed topic.
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

// SetBroadcast enables the broadcast capability of the app, which is enabled from the
// start, or disables it and deletes all its channels.
func (a *App) SetBroadcast(enabled bool) {
	a.space.tb.Helper()
	if err := a.space.server.simulator().TeamControl.SetBroadcast(a.space.TeamID, a.Topic, enabled); err != nil {
		a.space.tb.Fatalf("apnstest: %v", err)
	}
}
