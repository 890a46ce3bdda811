package devicetls

import (
	"net"
	"time"
)

// form returns how sessions wait for their devices: in a poller, if their
// connections are of TCP.
func (s *Server) form(g *gathering) form { return &polled{gathering: g} }

// polled is the form in which an idle device takes no goroutine. Connections that
// are not of TCP take one each.
type polled struct {
	*gathering
	poller *poller // made with the first connection of TCP; owned by serve
}

func (f *polled) serve(conn net.Conn, wait time.Duration) {
	l, err := f.line(conn)
	if err != nil {
		f.server.cfg.Log.Warn("a device takes a goroutine, because its connection cannot be polled", "err", err)
	}
	if l == nil {
		inGoroutines{f.gathering}.serve(conn, wait)
		return
	}
	s := newSession(f.gathering, newWireWith(l, f.server), wait)
	deadline := s.deadline
	f.poller.take(l, s)
	if !f.enter(s) {
		l.leave()
		return
	}
	if err := f.poller.watch(l, deadline); err != nil {
		s.end(&endError{EndLost, err})
	}
}

// line prepares a connection for the poller. It returns nil for one that is not
// of TCP.
func (f *polled) line(conn net.Conn) (l *tcpLine, err error) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil, nil
	}
	if f.poller == nil {
		if f.poller, err = newPoller(); err != nil {
			return nil, err
		}
	}
	return newTCPLine(tcp), nil
}

func (f *polled) close() error {
	if f.poller == nil {
		return nil
	}
	return f.poller.close()
}
