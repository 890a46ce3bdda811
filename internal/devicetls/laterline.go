package devicetls

import (
	"time"

	"github.com/apns-sim/apns-sim/internal/idle"
)

// A memoryConn is a connection that needs no poller.
type memoryConn interface {
	idle.Conn
	CloseWrite() error
}

// A nonblockingMemory is a line over one.
type nonblockingMemory struct {
	memoryConn
	ready func()
}

// serveMemory serves a device in workers alone.
func (g *sessionSet) serveMemory(conn memoryConn, wait time.Duration) {
	l := &nonblockingMemory{memoryConn: conn}
	s := newSession(g, newNonblockingConn(l, g.server), wait)
	l.ready = s.scheduleRead
	if g.add(s) {
		s.scheduleRead() // for the handshake
	}
}

func (l *nonblockingMemory) resume() {}

func (l *nonblockingMemory) detach() error {
	l.SetNonblocking(idle.ErrWouldBlock, l.ready)
	return nil
}

func (l *nonblockingMemory) readDeadline(t time.Time) error { return l.SetReadDeadline(t) }

func (l *nonblockingMemory) acknowledge() {}

func (l *nonblockingMemory) reattach() { l.SetNonblocking(nil, nil) }
