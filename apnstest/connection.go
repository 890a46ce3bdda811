package apnstest

import "time"

// A Connection is an open connection of a provider.
type Connection struct {
	// ID numbers the connections of a server; it is what the fault word
	// "connection" takes.
	ID uint64
	// Kind is provider or channels, for channel management.
	Kind string
	// Remote is the address of the provider.
	Remote string
	// Environment is production or sandbox, TeamID the team whose credentials were
	// shown last; "" while they are not known.
	Environment, TeamID string
	// Since is when it was opened, Requests how many there were.
	Since    time.Time
	Requests int64
}

// Connections returns the open connections of the providers of the team, for a
// [Server] those of everybody.
func (s *Space) Connections() (list []Connection) {
	for _, c := range s.server.sim.ProviderConnections() {
		if s.isDefault() || c.Space == s.TeamID {
			list = append(list, Connection{
				ID: c.ID, Kind: c.Kind, Remote: c.Remote, Environment: c.Environment, TeamID: c.Space,
				Since: c.Since, Requests: c.Requests,
			})
		}
	}
	return list
}

// CloseConnections takes leave of the providers of [Space.Connections], with a
// GOAWAY, as APNs does for maintenance, and returns how many there were. What has
// been requested is still answered.
func (s *Space) CloseConnections() (closed int) {
	for _, c := range s.Connections() {
		if s.server.sim.CloseConnection(c.ID) {
			closed++
		}
	}
	return closed
}
