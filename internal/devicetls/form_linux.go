package devicetls

import (
	"net"
	"time"
)

// connRunner returns how sessions wait for their devices: in a poller, if their
// connections are of TCP.
func (s *Server) connRunner(g *sessionSet) connRunner { return &pollRunner{sessionSet: g} }

// pollRunner is the form in which an idle device takes no goroutine. Connections that
// are not of TCP take one each.
type pollRunner struct {
	*sessionSet
	poller *poller // made with the first connection of TCP; owned by serve
}

func (f *pollRunner) serve(conn net.Conn, wait time.Duration) {
	l, err := f.pollable(conn)
	if err != nil {
		f.server.cfg.Log.Warn("a device takes a goroutine, because its connection cannot be polled", "err", err)
	}
	if l == nil {
		goroutines{f.sessionSet}.serve(conn, wait)
		return
	}
	s := newSession(f.sessionSet, newNonblockingConn(l, f.server), wait)
	deadline := s.deadline
	f.poller.register(l, s)
	if !f.add(s) {
		l.reattach()
		return
	}
	if err := f.poller.add(l, deadline); err != nil {
		s.end(&endError{EndLost, err})
	}
}

// conn prepares a connection for the poller. It returns nil for one that is not
// of TCP.
func (f *pollRunner) pollable(conn net.Conn) (l *tcpConn, err error) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil, nil
	}
	if f.poller == nil {
		if f.poller, err = newPoller(); err != nil {
			return nil, err
		}
	}
	return newTCPConn(tcp), nil
}

func (f *pollRunner) close() error {
	if f.poller == nil {
		return nil
	}
	return f.poller.close()
}
