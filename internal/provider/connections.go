package provider

import (
	"cmp"
	"crypto/tls"
	"slices"
	"sync"
	"time"

	"github.com/apns-sim/apns-sim/apns"
	"github.com/apns-sim/apns-sim/internal/clock"
	"github.com/apns-sim/apns-sim/internal/fault"
	"github.com/apns-sim/apns-sim/internal/h2"
)

// A Connection is what is known of an open connection.
type Connection struct {
	// Number is unique in the simulator.
	Number   uint64
	Listener fault.Listener
	// Remote is the address of the peer.
	Remote string
	Since  time.Time
	// Known says that the environment is known, from the first request on.
	Known       bool
	Environment apns.Environment
	// TeamID is the team of the last credentials; "" for none yet.
	TeamID string
	// Certificate is the topic of the provider certificate; "" for none.
	Certificate string
	Requests    int64

	// TLS is what was agreed in the handshake; nil without TLS. HTTP2 is the state of
	// the streams.
	TLS   *tls.ConnectionState
	HTTP2 h2.Status
}

// A connStatus is what other goroutines may see of a connection. It is replaced, never
// changed.
type connStatus struct {
	known  bool
	env    apns.Environment
	teamID string
}

// openConns are the open connections.
type openConns struct {
	mu    sync.Mutex // taken before that of an h2.Conn: docs/lock-order.md
	conns map[*conn]*h2.Conn
}

func (o *openConns) add(c *conn, hc *h2.Conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.conns == nil {
		o.conns = make(map[*conn]*h2.Conn)
	}
	o.conns[c] = hc
}

func (o *openConns) remove(c *conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.conns, c)
}

// setTeam shows other goroutines the team of the connection. It costs one comparison
// while the team stays the same.
func (c *conn) setTeam(teamID string) {
	if status := c.status.Load(); status == nil || status.teamID != teamID || !status.known {
		c.status.Store(&connStatus{known: true, env: c.env, teamID: teamID})
	}
}

// clock returns the clock of the team whose credentials were shown last; that of the
// default space before there are any.
func (c *conn) clock() *clock.Clock {
	cfg := &c.server.cfg
	team := ""
	if status := c.status.Load(); status != nil {
		team = status.teamID
	}
	return cmp.Or(cfg.Spaces.Clock(cfg.Spaces.ForTeam(team)), cfg.Clock)
}

func (c *conn) connection() Connection {
	d := Connection{
		Number: c.number, Listener: c.listener, Remote: c.remote, Since: c.since, Requests: c.requests.Load(),
	}
	if c.identity != nil {
		d.Certificate, d.TeamID = c.identity.Topic, c.identity.TeamID
	}
	if status := c.status.Load(); status != nil {
		d.Known, d.Environment, d.TeamID = true, status.env, status.teamID
	}
	return d
}

// Connections returns the open connections, the oldest first.
func (s *Server) Connections() []Connection {
	s.conns.mu.Lock()
	defer s.conns.mu.Unlock()
	list := make([]Connection, 0, len(s.conns.conns))
	for c, hc := range s.conns.conns {
		d := c.connection()
		d.TLS, d.HTTP2 = hc.TLS(), hc.Status()
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b Connection) int { return cmp.Compare(a.Number, b.Number) })
	return list
}

// Open returns how many connections are open.
func (s *Server) Open() int {
	s.conns.mu.Lock()
	defer s.conns.mu.Unlock()
	return len(s.conns.conns)
}

// endRevertedMutes ends the connections that were muted by rules that are gone.
func (s *Server) endRevertedMutes() {
	s.conns.mu.Lock()
	defer s.conns.mu.Unlock()
	for c, hc := range s.conns.conns {
		c.endIfMuteReverted(hc)
	}
}

// Disconnect shuts down the connections that match: each gets GOAWAY, its open streams
// are answered, and it ends. It returns their number and does not wait.
func (s *Server) Disconnect(match func(Connection) bool) (closed int) {
	s.conns.mu.Lock()
	defer s.conns.mu.Unlock()
	for c, hc := range s.conns.conns {
		if match(c.connection()) {
			hc.Shutdown(nil)
			closed++
		}
	}
	return closed
}
