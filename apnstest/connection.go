package apnstest

import "time"

// A Connection is an open connection of a provider.
type Connection struct {
	// ID is the number of the connection, for [ByConnection].
	ID uint64
	// Listener is ProviderListener, or ChannelsListener for channel management.
	Listener Listener
	// Remote is the address of the provider.
	Remote string
	// Environment is production or sandbox, TeamID the team of the last credentials;
	// "" if unknown.
	Environment, TeamID string
	// Since is when it was opened, Requests the number of requests.
	Since    time.Time
	Requests int64
}

// Connections returns the open connections of the team's providers; for a [Server], those
// of all providers.
func (s *Space) Connections() (list []Connection) {
	for _, c := range s.server.simulator().ProviderConnections() {
		if s.isDefault() || c.Space == s.TeamID {
			list = append(list, Connection{
				ID: c.ID, Listener: Listener(c.Kind), Remote: c.Remote, Environment: c.Environment, TeamID: c.Space,
				Since: c.Since, Requests: c.Requests,
			})
		}
	}
	return list
}

// CloseConnections closes [Space.Connections] with GOAWAY, as APNs does for maintenance,
// and returns how many there were. Open requests are still answered.
func (s *Space) CloseConnections() (closed int) {
	for _, c := range s.Connections() {
		if s.server.simulator().CloseConnection(c.ID) {
			closed++
		}
	}
	return closed
}
