package devicetls

import (
	"net"
	"time"
)

// A laterConn is a connection that tells by itself when something has come, as one in
// memory does.
type laterConn interface {
	net.Conn
	CloseWrite() error
	// ReadLater has reads fail with nothing where they would wait, and ready called when
	// they may do something else, at their deadline too. A nil ready has them wait again.
	ReadLater(nothing error, ready func())
}

// A laterLine is a line that needs no poller.
type laterLine struct {
	laterConn
	ready func()
}

// serveLater serves a device in workers alone.
func (g *gathering) serveLater(conn laterConn, wait time.Duration) {
	l := &laterLine{laterConn: conn}
	s := newSession(g, newWireWith(l, g.server), wait)
	l.ready = s.attendSoon
	if g.enter(s) {
		s.attendSoon() // for the handshake
	}
}

func (l *laterLine) again() {}

func (l *laterLine) shaken() error {
	l.ReadLater(errNothingYet, l.ready)
	return nil
}

func (l *laterLine) readBy(t time.Time) error { return l.SetReadDeadline(t) }

func (l *laterLine) acknowledge() {}

func (l *laterLine) leave() { l.ReadLater(nil, nil) }
