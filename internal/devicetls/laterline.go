package devicetls

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/idle"
)

// A laterConn is a connection that needs no poller.
type laterConn interface {
	idle.Conn
	CloseWrite() error
}

// A laterLine is a line over one.
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
	l.ReadLater(idle.ErrNothingYet, l.ready)
	return nil
}

func (l *laterLine) readBy(t time.Time) error { return l.SetReadDeadline(t) }

func (l *laterLine) acknowledge() {}

func (l *laterLine) leave() { l.ReadLater(nil, nil) }
